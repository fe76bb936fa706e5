"""Whose token it is and what it may do: tokens.json below the root.

{"TOKEN": {"login": "ada", "scopes": ["repo"], "expires": "2026-01-31T12:00:00Z",
           "roles": {"kubeflow/kubeflow": "push", "*": "pull"}}}

`permissions` ({"contents": "write"}) in place of `scopes` makes it a fine-grained token, `app` the token of an
App's installation. Without the file every token is that of the settings' user, and may do all.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, ConfigDict, TypeAdapter

from releasing.rehearsal.github.requests import ROLES, Refused, Role
from releasing.rehearsal.github.settings_files import settings_in

FILE = "tokens.json"
# What gh asks for when somebody logs in with it.
SCOPES = ("gist", "read:org", "repo", "workflow")


@dataclass(frozen=True)
class Token:
    """A token: its user, what it was given, until when, the role in each repository, requests in an hour.

    `anything` is what a token may do when nobody has set any.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    login: str
    scopes: tuple[str, ...] = SCOPES
    permissions: Mapping[str, Literal["read", "write"]] | None = None
    app: bool = False
    expires: AwareDatetime | None = None
    roles: Mapping[str, Role] = field(default_factory=lambda: {"*": "admin"})
    limit: int = 5000
    anything: bool = False

    @property
    def is_classic(self) -> bool:
        """Whether it has scopes; permissions otherwise."""
        return self.permissions is None and not self.app

    def role(self, repository: str) -> Role:
        """The role of its user in `owner/name`; who was given none may read, as everything here is public."""
        return self.roles.get(repository, self.roles.get("*", "pull"))

    def has_role(self, repository: str, wanted: Role) -> bool:
        """Whether its user has that role in `owner/name`, or more."""
        return ROLES.index(self.role(repository)) >= ROLES.index(wanted)

    def headers(self) -> dict[str, str]:
        """What every answer says of the token."""
        told = {"X-OAuth-Scopes": ", ".join(self.scopes)} if self.is_classic else {}
        if self.expires:
            expires = self.expires.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            told["GitHub-Authentication-Token-Expiration"] = expires
        return told


@cache
def _form() -> TypeAdapter[dict[str, Token] | None]:
    return TypeAdapter(dict[str, Token] | None)


def token_of(root: Path, login: str, authorization: str | None) -> Token:
    """The token of a request's header; 401 when there is none, nobody knows it, or it has expired."""
    if not authorization:
        raise Refused(401, "Requires authentication")
    known = settings_in(root / FILE, _form(), None)
    if known is None:
        return Token(login, anything=True)
    found = known.get(authorization.rpartition(" ")[2])
    if found is None or (found.expires and found.expires < datetime.fromtimestamp(time.time(), UTC)):
        raise Refused(401, "Bad credentials")
    return found
