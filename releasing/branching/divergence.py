"""What the release branch and the default branch have each for itself, and which of it is the same change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from releasing.clients.git import origin

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command

FORMAT = "%x00".join(["%m", "%H", "%P", "%an", "%as", "%B", ""])
FIELDS = FORMAT.count("%x00")
PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{40,64})\)")


@dataclass(frozen=True)
class Commit:
    """A commit; `twin` says that the other branch has one with the same patch."""

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


@dataclass(frozen=True)
class Divergence:
    """The commits that only the release branch has and those that only the default branch has, newest first."""

    branch: tuple[Commit, ...]
    default: tuple[Commit, ...]

    @cached_property
    def on_branch(self) -> Mapping[str, Commit]:
        """The commits of the release branch by id."""
        return {commit.id: commit for commit in self.branch}

    @cached_property
    def on_default(self) -> Mapping[str, Commit]:
        """The commits of the default branch by id."""
        return {commit.id: commit for commit in self.default}

    def carried(self, named: Iterable[str] = ()) -> frozenset[str]:
        """The ids of default-branch commits whose change the release branch has.

        It has the same patch, or names the commit as its source (`named` are names found elsewhere), or the merge
        that brought it.
        """
        sources = {source for commit in self.branch for source in commit.sources}.union(named)
        found = {commit.id for commit in self.default if commit.twin}
        for source in sources & self.on_default.keys():
            found |= {source, *brought(self.on_default[source], self.on_default)}
        return frozenset(found)

    def lacks(self, commit: str, carried: frozenset[str]) -> bool:
        """Whether the release branch does not have the change of `commit`; a merge is there with all it brought."""
        known = self.on_default.get(commit)
        if known is None or commit in carried:
            return False
        parts = brought(known, self.on_default)
        return not parts or any(not (part in carried or self.on_default[part].is_merge) for part in parts)


def read(release: Release, sh: StepShell) -> Divergence:
    """How the two branches of origin differ, as last fetched; both are there."""
    git = origin.git(release, sh)
    default, branch = f"origin/{release.config.default_branch}", f"origin/{release.branch}"
    every = commits(sh, git["log", "--topo-order", "--left-right", "--cherry-mark", f"{default}...{branch}"])
    # A commit that has a twin is marked as that and no longer by its side.
    ours = {*sh.read(git["rev-list", f"{default}..{branch}"]).split()}
    return Divergence(
        tuple(commit for commit in every if commit.id in ours),
        tuple(commit for commit in every if commit.id not in ours),
    )


def commits(sh: StepShell, log: Command) -> list[Commit]:
    """The commits that a `git log` lists, in its order."""
    fields = sh.read(log["--no-show-signature", f"--format={FORMAT}", "--"]).split("\0")
    rows = (fields[at : at + FIELDS] for at in range(0, len(fields) - 1, FIELDS))
    return [
        Commit(commit, tuple(parents.split()), author, date, message.strip("\n"), mark.strip() == "=")
        for mark, commit, parents, author, date, message in rows
    ]


def brought(merge: Commit, among: Mapping[str, Commit]) -> frozenset[str]:
    """The ids in `among` that `merge` brought: reached from it, but not from its first parent."""
    return _reached(merge.parents[1:], among) - _reached(merge.parents[:1], among)


def picked_from(text: str) -> frozenset[str]:
    """The commits that `text` names as sources of a cherry-pick."""
    return frozenset(PICKED.findall(text))


def printable(text: str) -> str:
    """`text` without what would disturb a terminal: strangers write messages of commits and titles."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _reached(starts: Iterable[str], among: Mapping[str, Commit]) -> frozenset[str]:
    found: set[str] = set()
    rest = [*starts]
    while rest:
        each = rest.pop()
        if each in among and each not in found:
            found.add(each)
            rest += among[each].parents
    return frozenset(found)
