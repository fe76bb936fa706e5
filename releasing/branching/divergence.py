"""The commits that only the release branch or only the default branch has, and which of them are the same change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from releasing.clients.git.commits import Commit, commits
from releasing.runbook.recipe import reached

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


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
        that contains it.
        """
        sources = {source for commit in self.branch for source in commit.sources}.union(named)
        found = {commit.id for commit in self.default if commit.twin}
        for source in sources & self.on_default.keys():
            found |= {source, *brought(self.on_default[source], self.on_default)}
        return frozenset(found)

    def lacks(self, commit: str, carried: frozenset[str]) -> bool:
        """Whether the release branch lacks the change of `commit`; for a merge, all that it brought must be there."""
        known = self.on_default.get(commit)
        if known is None or commit in carried:
            return False
        parts = brought(known, self.on_default)
        return not parts or any(not (part in carried or self.on_default[part].is_merge) for part in parts)


def read(release: Release, sh: StepShell) -> Divergence:
    """How the two branches of origin differ, as last fetched; both must exist."""
    git = release.origin(sh).git
    default, branch = f"origin/{release.config.default_branch}", f"origin/{release.branch}"
    every = commits(sh, git["log", "--topo-order", "--left-right", "--cherry-mark", f"{default}...{branch}"])
    # git marks a commit that has a twin with `=` instead of its side.
    ours = {*sh.read(git["rev-list", f"{default}..{branch}"]).split()}
    return Divergence(
        tuple(commit for commit in every if commit.id in ours),
        tuple(commit for commit in every if commit.id not in ours),
    )


def brought(merge: Commit, among: Mapping[str, Commit]) -> frozenset[str]:
    """The ids in `among` that `merge` brought: reachable from it, but not from its first parent."""
    first, others = (
        reached(starts, among, lambda commit: among[commit].parents)
        for starts in (merge.parents[:1], merge.parents[1:])
    )
    return others - first
