"""A tab of a testgrid, and the answers of its API, read over HTTPS.

RELEASE_TESTGRID replaces the address in release.yaml; the rehearsal sets it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, TypeVar
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from releasing.clients.registry.location import on_this_machine
from releasing.errors import PreconditionError, UnreachableError

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from typing import IO

VARIABLE = "RELEASE_TESTGRID"
TIMEOUT = 30.0  # seconds without a byte
PAUSES = (0.5, 2.0, 0.0)  # seconds after each try
WITHOUT = "to use the checks on GitHub instead, remove checks.testgrid from release.yaml"


class GridAnswer(BaseModel):
    """A part of an answer: it may have more fields, and the server leaves out fields that are zero."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Summary(GridAnswer):
    """The state of a tab."""

    overall_status: str = "UNKNOWN"
    detailed_status_message: str = ""
    last_run_timestamp: AwareDatetime | None = None
    last_update_timestamp: AwareDatetime | None = None
    latest_passing_build: str = ""


class Summaries(GridAnswer):
    """The answer of tab-summaries."""

    tab_summary: Summary


class Column(GridAnswer):
    """A build; for a Kubernetes-style job the first item of `extra` is the commit."""

    build: str = ""
    extra: tuple[str, ...] = ()

    @property
    def commit(self) -> str:
        """The text that names the tested commit."""
        return "".join(self.extra[:1]) or self.build


class Headers(GridAnswer):
    """The columns of a tab, the newest first."""

    headers: tuple[Column, ...] = ()


class Cell(GridAnswer):
    """One test in one build."""

    result: int = 0


class Row(GridAnswer):
    """One test; its cells are in the order of the columns."""

    name: str = ""
    cells: tuple[Cell, ...] = ()


class Rows(GridAnswer):
    """The tests of a tab."""

    rows: tuple[Row, ...] = ()


Form = TypeVar("Form", bound=GridAnswer)


@dataclass(frozen=True)
class Tab:
    """A tab of a dashboard of the testgrid at `url`."""

    url: str
    dashboard: str
    name: str

    @classmethod
    def chosen(cls, url: str, dashboard: str, name: str, environment: Mapping[str, str]) -> Tab:
        """The tab at `url`, or at the address that replaces it."""
        return cls(environment.get(VARIABLE) or url, dashboard, name)

    def __str__(self) -> str:
        return f"testgrid {self.dashboard}#{self.name}"

    def read(self, form: type[Form], before: str, after: str = "") -> Form:
        """The answer for `…/before/TAB/after` of the dashboard.

        Raises PreconditionError when the testgrid does not know the tab, UnreachableError when its answer
        cannot be read.
        """
        dashboard, name = (quote(text, safe="") for text in (self.dashboard, self.name))
        url = f"{self.url.rstrip('/')}/api/v1/dashboards/{dashboard}/{before}/{name}{after}"
        body = self._body(url)
        try:
            return form.model_validate_json(body)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the answer"
            raise UnreachableError(f"{self}: {url}: {where}: {first['msg']}", WITHOUT) from None

    def _body(self, url: str) -> bytes:
        problem: Exception | None = None
        for pause in PAUSES:
            try:
                return fetched(url)
            except HTTPError as error:
                error.close()
                if error.code == 404:
                    raise PreconditionError(
                        f"{self.url} has no tab {self.name!r} in a dashboard {self.dashboard!r}",
                        "checks.testgrid of release.yaml names both as the page's address has them: DASHBOARD#TAB",
                    ) from None
                if error.code < 500 and error.code != 429:
                    raise UnreachableError(f"{self}: {url}: {error}", WITHOUT) from None
                problem = error
            except (OSError, HTTPException) as error:
                problem = error
            time.sleep(pause)
        raise UnreachableError(f"{self}: {url} does not answer: {problem}", WITHOUT)


class Redirected(HTTPRedirectHandler):
    """Follows redirects to safe addresses only."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """The next request; PreconditionError for plain HTTP to another machine."""
        try:
            safe(newurl)
        except PreconditionError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def safe(url: str) -> str:
    """Return `url` when it uses https or is on this machine; PreconditionError for any other."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(parts.netloc)):
        return url
    raise PreconditionError(
        f"{parts.scheme}://{parts.hostname}: expected https, or an address on this machine",
        "correct checks.testgrid.url in release.yaml, or RELEASE_TESTGRID",
    )


def fetched(url: str) -> bytes:
    """The body of the answer to a GET of `url`; HTTPError, OSError or HTTPException without an answer."""
    with _opener(safe(url)).open(url, timeout=TIMEOUT) as answer:
        body: bytes = answer.read()
        return body


def _opener(url: str) -> OpenerDirector:
    # A proxy is for other machines.
    direct = [ProxyHandler({})] if on_this_machine(urlsplit(url).netloc) else []
    return build_opener(Redirected, *direct)
