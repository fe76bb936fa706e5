"""What a token needs for a request that changes something, and how GitHub says that it lacks it.

Everything here is public, so that reading needs no more than a token that is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from releasing.rehearsal.github.access_tokens.token_file import Token
from releasing.rehearsal.github.requests import Refused, Role, not_found
from releasing.rehearsal.github.state import Repository

ACCEPTED_SCOPES = "X-Accepted-OAuth-Scopes"
ACCEPTED_PERMISSIONS = "X-Accepted-GitHub-Permissions"
SCOPES = ("public_repo", "repo")


@dataclass(frozen=True)
class Need:
    """What a change below `path` takes: any of some permissions, and a role.

    `hidden` says that GitHub answers 404 in place of 403 to who lacks the role.
    """

    path: str
    permissions: tuple[str, ...]
    role: Role = "push"
    hidden: bool = False


# The first that fits.
CONTENTS, PULLS, ISSUES = ("contents",), ("pull_requests",), ("issues",)
NEEDS = (
    Need(r"/check-runs", ("checks",)),
    Need(r"/statuses/", ("statuses",), hidden=True),
    Need(r"/git/", CONTENTS, hidden=True),
    Need(r"/releases", CONTENTS, hidden=True),
    Need(r"/pulls/\d+/merge$", CONTENTS),
    Need(r"/pulls/\d+/update-branch$", PULLS),
    Need(r"/pulls/\d+/requested_reviewers$", PULLS, "triage"),
    Need(r"/pulls", PULLS, "pull"),
    Need(r"/issues/\d+/comments$", ISSUES + PULLS, "pull"),
    Need(r"/issues/\d+", ISSUES + PULLS, "triage"),
    Need(r"/issues", ISSUES, "pull"),
    Need(r"/milestones", ISSUES + PULLS, "triage"),
)


def accepted(method: str, path: str) -> dict[str, str]:
    """The headers that tell what a request takes."""
    below = re.sub(r"^/repos/[^/]+/[^/]+", "", path)
    need = _need(below)
    if method == "GET" or need is None:
        return {ACCEPTED_SCOPES: "" if below == path else "repo"}
    return {
        ACCEPTED_SCOPES: ", ".join(_scopes(need)),
        ACCEPTED_PERMISSIONS: "; ".join(f"{one}=write" for one in need.permissions),
    }


def refuse_unless_allowed(token: Token, repository: Repository, method: str, path: str) -> None:
    """403, or 404 where GitHub hides what one may not do, when the token does not do for the request."""
    need = _need(path)
    if method == "GET" or token.anything or need is None:
        return
    if need.permissions == ("checks",) and not token.app:
        raise Refused(403, "You must authenticate via a GitHub App.")
    if token.is_classic and not {*_scopes(need)} & {*token.scopes}:
        raise not_found()
    if not token.is_classic and not _is_permitted(token, need):
        kind = "integration" if token.app else "personal access token"
        raise Refused(403, f"Resource not accessible by {kind}")
    if not token.has_role(repository.full_name, need.role):
        raise not_found() if need.hidden else Refused(403, "Must have push access to repository")


def _need(path: str) -> Need | None:
    return next((need for need in NEEDS if re.match(need.path, path)), None)


def _is_permitted(token: Token, need: Need) -> bool:
    granted = token.permissions or {}
    return any(granted.get(permission) == "write" for permission in need.permissions)


def _scopes(need: Need) -> tuple[str, ...]:
    return (*SCOPES, "repo:status") if need.permissions == ("statuses",) else SCOPES
