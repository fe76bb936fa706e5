"""Faults that the local GitHub commits on demand: errors, limits, delays and lost connections.

They are set by a test in this process, or by anybody in faults.json below the root, which may be written while
the server runs. A fault that was met is taken from the file, so that it happens once even when the server is
started anew between two requests.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

from releasing.rehearsal.github.requests import DOCUMENTATION, Reply
from releasing.rehearsal.github.settings_files import settings_in
from releasing.rehearsal.github.state import replaced

Kind = Literal[
    "401", "403", "403-secondary", "404", "409", "422", "429", "500", "502", "503",
    "drop", "apply-then-drop", "slow",
]  # fmt: skip
FILE = "faults.json"
SECONDARY = "You have exceeded a secondary rate limit."
MESSAGES = {
    "401": "Bad credentials",
    "403": "API rate limit exceeded for user ID 1.",
    "403-secondary": SECONDARY,
    "404": "Not Found",
    "409": "Conflict",
    "422": "Validation Failed",
    "429": SECONDARY,
    "500": "Internal Server Error",
    "502": "Server Error",
    "503": "Service Unavailable",
}


@dataclass(frozen=True)
class Fault:
    """A fault that is to come.

    It happens to `count` requests of `method` whose path the regular expression `path` finds (empty: any), after
    `after` of them have gone by. `drop` closes the connection with nothing done, `apply-then-drop` after
    everything was done; `slow` answers after `seconds`. For a rate limit that is how long it lasts.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Kind
    method: str = ""
    path: str = ""
    after: int = 0
    count: int = 1
    seconds: float = 1

    def __post_init__(self) -> None:
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from None

    def concerns(self, method: str, path: str) -> bool:
        """Whether it is about such a request."""
        return self.method in ("", method) and re.search(self.path, path) is not None


@cache
def _form() -> TypeAdapter[tuple[Fault, ...]]:
    return TypeAdapter(tuple[Fault, ...])


class Faults:
    """The faults that are still to come, in memory and in a file; each request meets at most one."""

    def __init__(self, file: Path | None = None) -> None:
        self._coming: tuple[Fault, ...] = ()
        self._file = file

    def add(
        self, method: str, path: str, kind: Kind, count: int = 1, *, after: int = 0, seconds: float = 1
    ) -> None:
        """Have `kind` happen to the next `count` requests of this method whose path the pattern finds."""
        self._coming += (Fault(kind, method, path, after, count, seconds),)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, which then is used up; ConfigError when the file is not valid."""
        found, self._coming = met(self._coming, method, path)
        return found or self._taken_from_file(method, path)

    def _taken_from_file(self, method: str, path: str) -> Fault | None:
        if self._file is None:
            return None
        coming = settings_in(self._file, _form(), ())
        found, left = met(coming, method, path)
        if left != coming:
            write(self._file, left)
        return found

    @property
    def unused(self) -> tuple[Fault, ...]:
        """The faults set in this process that no request has met."""
        return self._coming


def met(coming: Iterable[Fault], method: str, path: str) -> tuple[Fault | None, tuple[Fault, ...]]:
    """The first fault whose time has come for this request, and what is left to come after it."""
    found, left = None, []
    for fault in coming:
        if not fault.concerns(method, path):
            left.append(fault)
        elif fault.after:
            left.append(replace(fault, after=fault.after - 1))
        elif found:
            left.append(fault)
        else:
            found = fault
            left += [replace(fault, count=fault.count - 1)] if fault.count > 1 else []
    return found, tuple(left)


def write(file: Path, coming: Iterable[Fault]) -> None:
    """Replace what is to come; the next request knows of it."""
    replaced(file, _form().dump_json(tuple(coming), indent=1))


def reply_of(fault: Fault) -> Reply:
    """The answer in place of the real one."""
    status = int(fault.kind.partition("-")[0])
    body = {"message": MESSAGES[fault.kind], "documentation_url": DOCUMENTATION, "status": str(status)}
    return Reply(status, body, _limits(fault))


def _limits(fault: Fault) -> dict[str, str]:
    if fault.kind in ("403-secondary", "429"):
        return {"Retry-After": str(math.ceil(fault.seconds))}
    if fault.kind != "403":
        return {}
    return {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Used": "5000",
        "X-RateLimit-Reset": str(math.ceil(time.time() + fault.seconds)),
        "X-RateLimit-Resource": "core",
    }
