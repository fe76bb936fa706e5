"""Faults that the local GitHub commits on demand: errors, limits and lost connections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from releasing.rehearsal.github.requests import DOCUMENTATION, Reply

Kind = Literal["401", "403", "404", "409", "422", "429", "502", "drop", "apply-then-drop"]

MESSAGES = {
    "401": "Bad credentials",
    "403": "API rate limit exceeded for user ID 1.",
    "404": "Not Found",
    "409": "Conflict",
    "422": "Validation Failed",
    "429": "You have exceeded a secondary rate limit.",
    "502": "Server Error",
}
HEADERS = {
    "403": {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"},
    "429": {"Retry-After": "1"},
}


@dataclass(frozen=True)
class Fault:
    """One fault that is to come: whose request meets it, and of what kind it is."""

    method: str
    path: str
    kind: Kind


class Faults:
    """The faults that are still to come; each request takes at most one."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, method: str, path: str, kind: Kind, count: int = 1) -> None:
        """Have `kind` happen to the next `count` requests of this method whose path the pattern finds.

        `drop` closes the connection with nothing done, `apply-then-drop` after everything was done.
        """
        self._coming += [Fault(method, path, kind)] * count

    def take(self, method: str, path: str) -> Kind | None:
        """The fault that this request meets, which then is used up; None when it meets none."""
        for fault in self._coming:
            if fault.method == method and re.search(fault.path, path):
                self._coming.remove(fault)
                return fault.kind
        return None

    @property
    def unused(self) -> tuple[Fault, ...]:
        """The faults that no request has met."""
        return tuple(self._coming)


def reply_of(kind: Kind) -> Reply:
    """The answer in place of the real one."""
    body = {"message": MESSAGES[kind], "documentation_url": DOCUMENTATION, "status": kind}
    return Reply(int(kind), body, HEADERS.get(kind, {}))
