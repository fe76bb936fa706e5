"""A request as GitHub's parts see it, its reply, and the refusals that GitHub words itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from releasing.rehearsal.github.state import Issue, PullRecord, Repository, ServerSettings, State

API = "https://api.github.com"
UPLOADS = "https://uploads.github.com"
DOCUMENTATION = "https://docs.github.com/rest"
PER_PAGE, PER_PAGE_LIMIT = 30, 100

Role = Literal["pull", "triage", "push", "maintain", "admin"]
ROLES: tuple[Role, ...] = ("pull", "triage", "push", "maintain", "admin")
Item = TypeVar("Item")
NOTHING = type(None)
Kind = type | tuple[type, ...]
KIND_NAMES: dict[Kind, str] = {str: "a string", bool: "a boolean", int: "an integer", list: "an array"}


class Refused(Exception):
    """GitHub says no: `status`, `message`, and for what is wrong an entry each in `errors`."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Mapping[str, str] | str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        told = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
        self.body: dict[str, Any] = {**told, "errors": list(errors)} if errors else dict(told)


@dataclass(frozen=True)
class Reply:
    """A status, a JSON body (bytes: plain text; None: no body at all) and further headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request to one repository: its path and the names in it, query and body, and the state it meets.

    `login` is whose request it is, `role` what that user is in the repository.
    """

    repository: Repository
    state: State
    settings: ServerSettings
    now: float
    path: str
    names: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    content_type: str
    accept: str
    login: str
    role: Role

    @property
    def url(self) -> str:
        """The repository's own address."""
        return f"{API}/repos/{self.repository.full_name}"

    @property
    def may_push(self) -> bool:
        """Whether the user may push to the repository."""
        return ROLES.index(self.role) >= ROLES.index("push")

    def issue(self) -> Issue:
        """The issue or pull request that the path numbers; 404 when there is none."""
        number = int(self.names["number"])
        for issue in self.state.issues:
            if issue.number == number:
                return issue
        raise not_found()

    def pull(self) -> tuple[Issue, PullRecord]:
        """The pull request that the path numbers; 404 when there is none."""
        issue = self.issue()
        if issue.pull is None:
            raise not_found()
        return issue, issue.pull


Answer = Callable[[Call], Reply]


def not_found(message: str = "Not Found") -> Refused:
    """404, the same for what does not exist and for what GitHub does not show."""
    return Refused(404, message)


LONGEST, LONGEST_OF_OTHERS = {"Release": 125_000}, 65_536  # characters of a body


def invalid(resource: str, code: str, name: str = "", message: str = "") -> Refused:
    """422 for one field of a resource, with the code that GitHub's errors carry."""
    error = {"resource": resource, "code": code, "field": name, "message": message}
    return Refused(422, "Validation Failed", [{key: value for key, value in error.items() if value}])


def fields(
    call: Call, resource: str, required: Mapping[str, Kind], optional: Mapping[str, Kind]
) -> dict[str, Any]:
    """The JSON body, if it is an object with every required field and none but these; else 400 or 422."""
    body = json_body(call)
    if not isinstance(body, dict):
        raise Refused(400, "Body should be a JSON object")
    problems = [
        (name, "missing_field", f'"{name}" wasn\'t supplied.') for name in required if name not in body
    ]
    kinds = {**required, **optional}
    for name, value in body.items():
        if name not in kinds:
            problems.append((name, "invalid", f'"{name}" is not a permitted key.'))
        elif not _is(value, kinds[name]):
            problems.append((name, "invalid", _mistyped(name, value, kinds[name])))
    if problems:
        errors = [{"resource": resource, "field": name, "code": code} for name, code, _ in problems]
        raise Refused(422, "\n\n".join(["Invalid request.", *(text for _, _, text in problems)]), errors)
    longest = LONGEST.get(resource, LONGEST_OF_OTHERS)
    if len(body.get("body") or "") > longest:
        raise invalid(resource, "custom", "body", f"body is too long (maximum is {longest} characters)")
    return body


def json_body(call: Call) -> Any:
    """The body read as JSON, an empty one as an empty object; 400 when it cannot be read."""
    try:
        return json.loads(call.body or b"{}")
    except ValueError:
        raise Refused(400, "Problems parsing JSON") from None


def _is(value: object, kind: Kind) -> bool:
    # In Python a bool is an int; in JSON it is not.
    return isinstance(value, kind) and (not isinstance(value, bool) or kind is bool)


def _mistyped(name: str, value: object, kind: Kind) -> str:
    first = kind[0] if isinstance(kind, tuple) else kind
    return f"For 'properties/{name}', {json.dumps(value)} is not {KIND_NAMES[first]}."


def page_of(call: Call, items: Sequence[Item]) -> tuple[Sequence[Item], dict[str, str]]:
    """The page of `items` that the query asks for, and the Link header to the pages around it."""
    size = min(max(_number(call, "per_page", PER_PAGE), 1), PER_PAGE_LIMIT)
    page = max(_number(call, "page", 1), 1)
    last = max(-(-len(items) // size), 1)
    around = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    wanted = {"prev": page > 1, "next": page < last, "last": page < last, "first": page > 1}
    links = [
        f'<{API}{call.path}?{urlencode({**call.query, "page": number})}>; rel="{name}"'
        for name, number in around.items()
        if wanted[name]
    ]
    return items[(page - 1) * size : page * size], {"Link": ", ".join(links)} if links else {}


def _number(call: Call, name: str, default: int) -> int:
    value = call.query.get(name, "")
    return int(value) if value.isdecimal() else default
