"""Commits as `git log` lists them, and the commits that their messages name as sources of cherry-picks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.shell.command import Command
    from releasing.shell.protocol import Commands

FORMAT = "%x00".join(["%m", "%H", "%P", "%an", "%as", "%B", ""])
FIELDS = FORMAT.count("%x00")
PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{40,64})\)")


@dataclass(frozen=True)
class Commit:
    """A commit; `twin` says that the other branch has a commit with the same patch."""

    id: str
    parents: tuple[str, ...]
    author: str
    date: str
    message: str
    twin: bool = False

    @property
    def is_merge(self) -> bool:
        """Whether it joins two lines of history."""
        return len(self.parents) > 1

    @property
    def subject(self) -> str:
        """The first paragraph of the message, as one line."""
        return " ".join(self.message.partition("\n\n")[0].split())

    @property
    def sources(self) -> frozenset[str]:
        """The commits that the message says it was picked from (git cherry-pick -x)."""
        return picked_from(self.message)

    def __str__(self) -> str:
        return printable(f"{self.id[:12]} {self.subject} ({self.author}, {self.date})")


def commits(sh: Commands, log: Command) -> list[Commit]:
    """The commits that a `git log` lists, in its order."""
    fields = sh.read(log["--no-show-signature", f"--format={FORMAT}", "--"]).split("\0")
    rows = (fields[at : at + FIELDS] for at in range(0, len(fields) - 1, FIELDS))
    return [
        Commit(commit, tuple(parents.split()), author, date, message.strip("\n"), mark.strip() == "=")
        for mark, commit, parents, author, date, message in rows
    ]


def picked_from(text: str) -> frozenset[str]:
    """The commits that `text` names as sources of a cherry-pick."""
    return frozenset(PICKED.findall(text))


def printable(text: str) -> str:
    """`text` without control characters: strangers write messages of commits and titles."""
    return "".join(character if character.isprintable() else "?" for character in text)
