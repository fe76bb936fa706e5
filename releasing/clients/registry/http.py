"""One HTTP exchange with a registry: one request, one answer, no retry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

from releasing.clients.registry.location import split
from releasing.clients.registry.traffic import Traffic
from releasing.clients.registry.wire.answer_head import BrokenConnectionError
from releasing.clients.registry.wire.connection import OverlongAnswerError, Received
from releasing.clients.registry.wire.connection_pool import ConnectionPool, is_ordinary
from releasing.clients.registry.wire.general_client import GeneralClient
from releasing.errors import UnmetError

REDIRECTS = 5
MOST = 8 << 20  # bytes of an answer; a manifest may have four
MOVED = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Scope:
    """What a token is valid for: one repository of one registry host, to read, to write or to delete."""

    host: str
    repository: str
    writes: bool = False
    deletes: bool = False

    @property
    def right(self) -> str:
        """The highest right that a request needs."""
        return "delete" if self.deletes else "push" if self.writes else "pull"

    def __str__(self) -> str:
        return f"repository:{self.repository}:{'pull' if self.right == 'pull' else f'pull,{self.right}'}"


@dataclass(frozen=True)
class HttpRequest:
    """A request; with a `scope`, an Authorization header is added when it is sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    scope: Scope | None = None
    most: int = MOST

    @property
    def host(self) -> str:
        """The HOST[:PORT] of its address."""
        return self.scope.host if self.scope else split(self.url).netloc


@dataclass(frozen=True)
class HttpAnswer:
    """A complete answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def challenge(self) -> str:
        """What it says about how to authenticate."""
        return self.all("WWW-Authenticate")

    def all(self, header: str) -> str:
        """The value of a header that may come once or several times."""
        return ", ".join(text for name, text in self.headers.items() if name.lower() == header.lower())


@dataclass(frozen=True)
class Session:
    """The connections of one run."""

    direct: ConnectionPool
    general: GeneralClient


@asynccontextmanager
async def session(connections: int, timeout: float) -> AsyncIterator[Session]:
    """Open kept-alive connections for one run; `timeout` is for each request."""
    opened = Session(ConnectionPool(timeout), GeneralClient(connections, timeout))
    try:
        yield opened
    finally:
        opened.direct.close()
        await opened.general.close()


async def exchange(
    session: Session, request: HttpRequest, authorization: str | None, traffic: Traffic
) -> HttpAnswer:
    """Send `request` now, following redirects; only the first host gets the Authorization header.

    Raises OSError without an answer, PreconditionError for an unsafe address.
    """
    url = request.url
    for _ in range(REDIRECTS):
        way = traffic.way(url)
        headers = {**request.headers, "Authorization": authorization} if authorization else request.headers
        if way.host != request.host:
            headers = {name: text for name, text in headers.items() if name != "Authorization"}
        answer = HttpAnswer(*await _exchange(session, request, url, headers, way.proxy))
        if answer.status not in MOVED or request.method not in ("GET", "HEAD"):
            return answer
        location = answer.headers.get("Location")
        if not location:
            return answer
        split(location)
        url = urljoin(url, location)
        await traffic.turn(traffic.way(url).host)
    raise BrokenConnectionError(f"more than {REDIRECTS} redirects")


async def _exchange(
    session: Session, request: HttpRequest, url: str, headers: Mapping[str, str], proxy: str | None
) -> Received:
    """One request; UnmetError for an answer that is larger than what is asked for can be, or has no end."""
    given = request.method, url, headers, request.body, request.most
    try:
        if proxy or not is_ordinary(url):
            return await session.general.ask(*given, proxy)
        return await session.direct.ask(*given)
    except OverlongAnswerError:
        path = split(request.url).path
        raise UnmetError(
            f"{request.host}: the answer to {request.method} {path} has more than {request.most >> 20} MiB",
            "is this address a registry?",
        ) from None
    except ValueError as error:
        raise UnmetError(
            f"{request.host}: the request cannot be sent: {error}", "is this address a registry?"
        ) from None
