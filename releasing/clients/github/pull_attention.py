"""Labels and reviewers of a pull request: each is added or requested once."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.clients.github import api

if TYPE_CHECKING:
    from releasing.shell.protocol import Commands

# GitHub does not let authors review their own pull requests.
FACTS = "[.labels[].name], [.requested_reviewers[].login, .user.login]"


@dataclass(frozen=True)
class Attention:
    """The labels and the reviewers (logins) that pull requests get."""

    labels: Collection[str]
    reviewers: Collection[str]

    def __bool__(self) -> bool:
        return bool(self.labels or self.reviewers)


def ask(sh: Commands, slug: str, number: str, wanted: Attention) -> None:
    """Give the pull request `number` of `slug` its labels and reviewers; those that it already has stay."""
    labels = api.text_fields(("labels[]", label) for label in wanted.labels)
    if labels:
        sh.run(api.change("POST", f"repos/{slug}/issues/{number}/labels", *labels))
    people = api.text_fields(("reviewers[]", login) for login in wanted.reviewers)
    if people:
        sh.run(api.change("POST", f"repos/{slug}/pulls/{number}/requested_reviewers", *people))


def lacking(sh: Commands, slug: str, number: int, wanted: Attention) -> list[str]:
    """What the pull request lacks: labels, and people from whom no review was requested and who gave no review."""
    if not wanted:
        return []
    path = f"repos/{slug}/pulls/{number}"
    labels, people = json.loads(sh.read(api.question(path, f"[{FACTS}] | @json")))
    people += sh.read(api.question(f"{path}/reviews", ".[].user.login", pages=True)).split()
    lost = [f"the label {label}" for label in wanted.labels if label not in labels]
    return lost + [f"a review by {login}" for login in wanted.reviewers if login not in people]
