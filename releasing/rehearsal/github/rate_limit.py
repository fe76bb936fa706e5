"""GitHub's primary rate limit: requests of a user within an hour, told in the headers of every answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from releasing.rehearsal.github.access_tokens.token_file import Token
from releasing.rehearsal.github.requests import Refused
from releasing.rehearsal.github.shapes import Json, stable_id

HOUR = 3600
# Resources that gh or a person may look at; all but the first are never drawn on here.
RESOURCES = ("core", "graphql", "search")


@dataclass(frozen=True)
class Window:
    """The hour that a user is in: how many requests it may bring, has brought, and when it ends."""

    limit: int
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        """How many requests are left."""
        return max(self.limit - self.used, 0)

    def headers(self) -> dict[str, str]:
        """What every answer says of it."""
        told = {"Limit": self.limit, "Remaining": self.remaining, "Reset": self.reset, "Used": self.used}
        return {f"X-RateLimit-{name}": str(number) for name, number in told.items()} | {
            "X-RateLimit-Resource": "core"
        }

    def shape(self) -> Json:
        """The window as GET /rate_limit tells it."""
        return {"limit": self.limit, "remaining": self.remaining, "reset": self.reset, "used": self.used}


class Usage:
    """The requests of every user since the server began."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}

    def window(self, token: Token) -> Window:
        """The hour that the token's user is in."""
        known = self._windows.get(token.login)
        now = int(time.time())
        if known is None or known.reset <= now:
            return Window(token.limit, 0, now + HOUR)
        return replace(known, limit=token.limit)

    def count(self, token: Token) -> Window:
        """The hour with one more request in it; 403 when it was full, but for a token that may do all."""
        window = self.window(token)
        if not window.remaining and not token.anything:
            message = f"API rate limit exceeded for user ID {stable_id('user', token.login)}."
            raise Refused(403, message, headers=window.headers())
        counted = replace(window, used=window.used + 1)
        self._windows[token.login] = counted
        return counted


def overview(window: Window) -> Json:
    """The body of GET /rate_limit."""
    untouched = replace(window, used=0).shape()
    resources = {name: window.shape() if name == "core" else untouched for name in RESOURCES}
    return {"resources": resources, "rate": window.shape()}
