"""The lines of release notes: GitHub's title of each pull request, under the heading that its labels choose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.clients.github import api
from releasing.errors import CommandError
from releasing.shell.text.plain_text import plain_line
from releasing.shell.workers import workers

if TYPE_CHECKING:
    from releasing.publication.merged_pulls import Merged
    from releasing.shell.programs import Shell

AT_ONCE = 8
FACTS = "{title, author: .user.login, labels: [.labels[].name]} | @json"
OTHER = "Other changes"


@dataclass(frozen=True)
class Line:
    """One pull request in the notes."""

    text: str
    labels: frozenset[str]


def lines(sh: Shell, slug: str, merged: Iterable[Merged]) -> list[Line]:
    """A line for each pull request, with GitHub's title and author, or else those of the commit."""
    with workers(AT_ONCE) as pool:
        return [*pool.map(lambda each: _line(sh, slug, each), merged)]


def grouped(found: Sequence[Line], groups: Mapping[str, Iterable[str]]) -> list[tuple[str, list[str]]]:
    """The lines under the headings of `groups`, each under the first one with a matching label; the rest comes last.

    Without groups the rest has no heading.
    """
    under: dict[str, list[str]] = {heading: [] for heading in groups}
    rest: list[str] = []
    for line in found:
        fits = (heading for heading, labels in groups.items() if line.labels.intersection(labels))
        under.get(next(fits, ""), rest).append(line.text)
    return [*under.items(), (OTHER if groups else "", rest)]


def _line(sh: Shell, slug: str, each: Merged) -> Line:
    if each.known:
        return _told(each, each.known.title, f"@{each.known.author}", each.known.labels)
    try:
        known = json.loads(sh.read(api.question(f"repos/{slug}/pulls/{each.number}", FACTS)))
    except CommandError as error:
        # Old numbers may belong to a repository that was moved.
        if not re.search(r"HTTP 404", error.message):
            raise
        return _told(each, each.title, each.author, [])
    return _told(each, known["title"], f"@{known['author']}", known["labels"])


def _told(each: Merged, title: str, author: str, labels: Iterable[str]) -> Line:
    return Line(f"- {plain_line(title)} (#{each.number}, {plain_line(author)})", frozenset(labels))
