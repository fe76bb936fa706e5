"""What GitHub says of who is logged in: who it is, what the token may do, until when, and how often it may ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from releasing.clients.github import api
from releasing.errors import CommandError
from releasing.preflight import repository_settings
from releasing.preflight.answer import Answer
from releasing.preflight.repository_settings import Created
from releasing.shell.waiting import NO_LOGIN

if TYPE_CHECKING:
    from releasing.shell.protocol import Reads

SCOPES, EXPIRATION = "x-oauth-scopes", "github-authentication-token-expiration"
LEAST_TIME = timedelta(hours=1)
LEAST_REQUESTS = 200  # what a release asks for before it first waits is well below
TOKENS = ("GH_TOKEN", "GITHUB_TOKEN")  # in the order in which gh takes them
WINDOW = ".resources.core | [.remaining, .limit, .reset] | @tsv"


@dataclass(frozen=True)
class GitHubNeed:
    """What a release takes: a repository, to push to or to read, for some hours; a format of git's to sign with; a
    way to merge (any when empty); what it creates there; a clone of it with all its history (none when empty)."""

    slug: str
    push: bool = False
    hours: float = 12
    signing: str = ""
    merge_method: str = ""
    created: Created = field(default_factory=Created)
    checkout: str = ""


@dataclass(frozen=True)
class ApiReply:
    """What `gh api -i` printed, read: headers by name in lower case, and the body. Nothing when it failed."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    error: str = ""
    anonymous: bool = False


def github(sh: Reads, need: GitHubNeed) -> Iterator[Answer]:
    """Everything that gh can tell, read only."""
    try:
        version = sh.read(sh["gh"]["--version"]).split("\n")[0]
    except CommandError as error:
        yield Answer(error.message.split("\n")[0], error.hint or "gh --version")
        return
    user = _asked(sh, "user")
    renewal = _renewal(sh)
    refused = "HTTP 401" in user.error
    if refused or user.anonymous:
        why = (
            "GitHub refuses the token: wrong, expired or revoked"
            if refused
            else f"{version} is not logged in"
        )
        yield Answer(why, renewal)
        return
    # An App's token has no user; its rights are those of the App.
    if user.error and "by integration" not in user.error:
        yield Answer(f"GitHub does not answer: {user.error}", "gh api user")
        return
    yield Answer(f"{version.partition(' (')[0]} as {user.body['login'] if user.body else 'an App'}")
    yield from _rights(sh, need, user, renewal)
    yield from _requests(sh)


def _asked(sh: Reads, path: str) -> ApiReply:
    try:
        shown = sh.read(api.GH_API["-X", "GET", path, "-i"])
    except CommandError as error:
        said = f"{error.cause} {' '.join(error.said)}".strip()
        return ApiReply(error=said, anonymous=error.status == NO_LOGIN)
    head, _, body = shown.replace("\r\n", "\n").partition("\n\n")
    pairs = (line.partition(":") for line in head.splitlines()[1:])
    return ApiReply({name.lower(): value.strip() for name, _, value in pairs}, json.loads(body))


def _renewal(sh: Reads) -> str:
    """How this login gets better."""
    given = next((name for name in TOKENS if sh.environment.get(name)), "")
    if given:
        return f"put a token with the scope repo into {given}, or unset it and: gh auth login --scopes repo"
    return "gh auth login --scopes repo"


def _rights(sh: Reads, need: GitHubNeed, user: ApiReply, renewal: str) -> Iterator[Answer]:
    repository = _asked(sh, f"repos/{need.slug}")
    headers = {**repository.headers, **user.headers}
    if repository.body is None:
        missing = "HTTP 404" in repository.error
        what = (
            "does not exist, or this login cannot see it"
            if missing
            else f"cannot be read: {repository.error}"
        )
        yield Answer(f"{need.slug} {what}", f"gh repo view {need.slug}; or: {renewal}")
    elif need.push and not repository.body.get("permissions", {}).get("push"):
        yield Answer(f"this login may not push to {need.slug}", f"ask an owner of {need.slug}; or: {renewal}")
    else:
        yield Answer(f"may {'push to' if need.push else 'read'} {need.slug}")
    if need.push and repository.body is not None:
        yield from repository_settings.answers(
            sh, need.slug, repository.body, need.merge_method, need.created
        )
    scopes = headers.get(SCOPES)
    enough = (
        {"repo"} if repository.body is None or repository.body.get("private") else {"repo", "public_repo"}
    )
    # A fine-grained token and an App's have permissions in the place of scopes, which GitHub does not tell.
    if need.push and scopes is not None and not enough & {*re.split(r",\s*", scopes)}:
        yield Answer(f"the token lacks the scope repo (it has: {scopes or 'none'})", _more_scopes(renewal))
    if need.push and scopes is None:
        yield from repository_settings.of_actions(sh)
    yield from _lifetime(need, headers.get(EXPIRATION, ""), renewal)


def _more_scopes(renewal: str) -> str:
    return renewal if renewal.startswith("put") else "gh auth refresh --hostname github.com --scopes repo"


def _lifetime(need: GitHubNeed, told: str, renewal: str) -> Iterator[Answer]:
    """Whether the token outlives the release; one that GitHub tells no end of does."""
    if not told:
        return
    try:
        end = datetime.strptime(told.replace(" UTC", " +0000"), "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        yield Answer(
            f"the token expires at {told!r}, which is not a known form of time", renewal, warning=True
        )
        return
    left = end - datetime.now(UTC)
    when = f"the token expires at {end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if left < LEAST_TIME:
        yield Answer(f"{when}; a release takes longer", renewal)
    elif left < timedelta(hours=need.hours):
        late = f"{when}, before the {need.hours:g} hours that a release may take are over"
        yield Answer(late, renewal, warning=True)
    else:
        yield Answer(when)


def _requests(sh: Reads) -> Iterator[Answer]:
    try:
        remaining, limit, reset = map(int, sh.read(api.question("rate_limit", WINDOW)).split())
    except CommandError as error:
        yield Answer(f"the rate limit of GitHub cannot be read: {error.cause}", "gh api rate_limit")
        return
    left = f"{remaining} of {limit} requests are left in this hour"
    if remaining > LEAST_REQUESTS:
        yield Answer(left)
    else:
        yield Answer(f"only {left}", f"wait until {datetime.fromtimestamp(reset, UTC):%H:%M} UTC")
