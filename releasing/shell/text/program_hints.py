"""What to type next when gh or git failed: each answer of GitHub that a person can cause has a hint."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

_STATUS = re.compile(r"HTTP (4\d\d)\b")
# What the answer says in words counts before its number.
_WORDS = (
    ("rate limit", "wait until the limit is reset: gh api rate_limit"),
    ("abuse detection", "wait a few minutes, then repeat the same command"),
    ("SAML", "authorize the token for the organization's single sign-on: https://github.com/settings/tokens"),
    ("archived", "unarchive the repository in its settings"),
    (
        "not accessible by",
        "the token lacks a permission for this: gh auth status; an App's are in its settings",
    ),
    (
        "No commits between",
        "the branch has no change of its own: repeat the same command, which makes it again",
    ),
    ("already exists", "somebody made it meanwhile: repeat the same command, which finds it"),
    ("Issues are disabled", "enable issues in the settings of the repository"),
    ("are not allowed on this repository", "allow it in the settings, or set merge-method in release.yaml"),
    ("is too long", "shorten that text"),
)
_STATUSES = {
    "401": "log in again: gh auth login --scopes repo; or renew the token in GH_TOKEN",
    "403": "this login lacks the right for it: gh auth status; or ask an owner of the repository",
    "404": "does it exist, and may this login see it? gh auth status; gh repo view OWNER/NAME",
    "405": "GitHub does not let it be merged now: look at the pull request, and at the rules of its base",
    "409": "somebody changed it meanwhile: repeat the same command",
    "410": "it was deleted, or is disabled in the settings of the repository",
    "413": "what is sent is too large: make it smaller",
    "422": "the lines above name what GitHub refuses: correct it, then repeat the same command",
    "429": "wait until the limit is reset: gh api rate_limit",
}
_GIT = (
    ("could not read Username", "gh auth setup-git"),
    ("Authentication failed", "gh auth login --scopes repo; gh auth setup-git"),
    ("Permission denied", "check the right to the repository: gh auth status"),
    ("GH006", "the branch is protected: changes reach it in pull requests"),
    ("GH013", "a ruleset of the repository refuses this: ask an owner for the right to bypass it"),
    ("index.lock", "another git works in that folder; if none does, remove the file that is named"),
    ("No space left on device", "make room on the disk, then repeat the same command"),
)


def hint(program: str, said: Sequence[str]) -> str:
    """What to type next after `program` failed and `said` this; nothing when that is not known."""
    text, program = "\n".join(said), PurePath(program).name
    if program == "git":
        return next((what for words, what in _GIT if words in text), "")
    found = _STATUS.search(text)
    if program != "gh" or found is None:
        return ""
    by_words = (what for words, what in _WORDS if words in text)
    return next(by_words, _STATUSES.get(found[1], f"gh api --help; GitHub answered HTTP {found[1]}"))
