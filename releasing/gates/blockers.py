"""Blockers: open issues that stop a candidate (runbook: "If no known blocker issues remain")."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.clients.github import api
from releasing.errors import PreconditionError

if TYPE_CHECKING:
    from releasing.shell.protocol import Reads

ROWS = ".[] | select(.pull_request | not) | [.number, .title, .html_url] | @json"
MILESTONES = ".[] | [.number, .title] | @json"


@dataclass(frozen=True)
class Blocker:
    """An open issue."""

    number: str
    title: str
    url: str

    def __str__(self) -> str:
        return f"#{self.number} {self.title} ({self.url})"


def found(sh: Reads, slug: str, labels: tuple[str, ...], milestone: str = "") -> list[Blocker]:
    """The open issues of `slug` that have one of `labels`, those in the `milestone` of that title only if given.

    Raises PreconditionError when there is no such milestone.
    """
    inside = [("milestone", _milestone(sh, slug, milestone))] if milestone else []
    blockers: dict[str, Blocker] = {}
    for label in labels:
        query = [("labels", label), ("state", "open"), *inside]
        for row in sh.read(api.question(f"repos/{slug}/issues", ROWS, query, pages=True)).splitlines():
            number, title, url = map(str, json.loads(row))
            blockers[number] = Blocker(number, title, url)
    return list(blockers.values())


def without(blockers: list[Blocker], waived: Collection[str]) -> list[Blocker]:
    """Those that no waiver lets pass."""
    return [blocker for blocker in blockers if blocker.number not in waived]


def _milestone(sh: Reads, slug: str, title: str) -> str:
    listing = api.question(f"repos/{slug}/milestones?state=all&per_page=100", MILESTONES, pages=True)
    known = {name: str(number) for number, name in map(json.loads, sh.read(listing).splitlines())}
    if title not in known:
        raise PreconditionError(
            f"{slug} has no milestone {title!r} (it has: {', '.join(known) or 'none'})",
            "create it, or correct 'milestone:' under 'blockers:' in release.yaml",
        )
    return known[title]
