"""The branching policy: commits on a release branch without a reason, and pull requests to be picked onto it.

Runbook: "Release branching policy". A commit belongs on a release branch when the default branch also has its
change, or when it is marked as solely for the release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.branching import divergence
from releasing.branching.divergence import Divergence, brought
from releasing.clients.git.commits import Commit, picked_from, printable
from releasing.runbook.step import Finding, met, unmet
from releasing.shell.command import Command

if TYPE_CHECKING:
    from releasing.clients.github.pull_request import PullRequest
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

LONGEST = 10


@dataclass(frozen=True)
class Stray:
    """A commit on the release branch without a reason to be there, and its pull request."""

    commit: Commit
    number: int | None

    def __str__(self) -> str:
        return f"{self.commit}, " + (f"#{self.number}" if self.number else "no pull request")


@dataclass(frozen=True)
class Backport:
    """A merged pull request that is labelled for the release branch, which lacks its change.

    `under_way` is the pull request that proposes the pick, `absent` the branch to pick from when it lacks the change.
    """

    proposal: PullRequest
    under_way: int | None = None
    absent: str = ""

    def __str__(self) -> str:
        text = printable(f"{self.proposal.merge_commit[:12]} #{self.proposal.number} {self.proposal.title}")
        if self.absent:
            return f"{text}: merged into {self.proposal.base}, and not on {self.absent}"
        return f"{text}: #{self.under_way} proposes it" if self.under_way else text


def findings(release: Release, sh: StepShell) -> Iterator[tuple[str, Finding]]:
    """The findings on the release branch by name of the rule; empty before the branch exists."""
    if not release.origin(sh).has(f"origin/{release.branch}"):
        return
    apart = divergence.read(release, sh)
    into = release.pull_requests(sh).onto(release.branch)
    yield "branching policy", _reasons(release, strays(release, sh, apart, into))
    if label := wanted_label(release):
        asked = release.pull_requests(sh).labelled(label)
        yield label, _wishes(release, requests(release, sh, apart, into, asked))


def strays(release: Release, sh: StepShell, apart: Divergence, into: Iterable[PullRequest]) -> list[Stray]:
    """The commits of the release branch that are neither on the default branch nor marked, newest first.

    The commits of a merge are checked one by one, not the merge itself.
    """
    owners = _owners(apart, into)
    known = {source for commit in apart.default for source in commit.sources}
    found = []
    for commit in apart.branch:
        owner = owners.get(commit.id)
        # A squash is its whole pull request, which may have a mark that the message lacks.
        text = (
            f"{commit.message}\n{owner.body}" if owner and owner.merge_commit == commit.id else commit.message
        )
        labelled = owner is not None and release.config.branching.release_only_label in owner.labels
        accounted = commit.is_merge or commit.twin or commit.id in known or labelled
        if accounted or release_only(release, text) or _is_picked(release, sh, apart, picked_from(text)):
            continue
        found.append(Stray(commit, owner.number if owner else None))
    return found


def requests(
    release: Release,
    sh: StepShell,
    apart: Divergence,
    into: Iterable[PullRequest],
    asked: Iterable[PullRequest],
) -> list[Backport]:
    """The merged pull requests of `asked` whose change the release branch lacks."""
    carried = apart.carried(merged_sources(into))
    open_picks = {
        source: each.number for each in into if each.state == "open" for source in picked_from(each.body)
    }
    found = []
    for proposal in asked:
        if proposal.merge_commit in apart.on_default:
            if apart.lacks(proposal.merge_commit, carried):
                found.append(Backport(proposal, open_picks.get(proposal.merge_commit)))
        elif not release.origin(sh).is_on(proposal.merge_commit, release.branch):
            found.append(Backport(proposal, absent=release.config.default_branch))
    return found


def merged_sources(into: Iterable[PullRequest]) -> set[str]:
    """The commits that merged pull requests name as picked."""
    return {source for each in into if each.merged for source in picked_from(each.body)}


def release_only(release: Release, text: str) -> str:
    """The reason that `text`, a commit's message, gives for being solely for a release; empty without one."""
    trailer = re.escape(release.config.branching.release_only_trailer)
    found = re.search(rf"^{trailer}:[ \t]*(\S.*)$", text, re.MULTILINE | re.IGNORECASE)
    return found[1].strip() if found else ""


def wanted_label(release: Release) -> str:
    """The label of pull requests to pick onto this release branch; empty when release.yaml names no label."""
    label = release.config.branching.cherry_pick_label or ""
    version = release.version
    return label.replace("{major}", str(version.major)).replace("{minor}", str(version.minor))


def _owners(apart: Divergence, into: Iterable[PullRequest]) -> dict[str, PullRequest]:
    """The merged pull request that each commit of the release branch came with."""
    found: dict[str, PullRequest] = {}
    for proposal in into:
        made: Mapping[str, Commit] = apart.on_branch if proposal.merged else {}
        if proposal.merge_commit in made:
            ids = {proposal.merge_commit, *brought(made[proposal.merge_commit], made)}
            found |= dict.fromkeys(ids, proposal)
    return found


def _is_picked(release: Release, sh: StepShell, apart: Divergence, sources: frozenset[str]) -> bool:
    """Whether all `sources` are on the default branch; their messages may name further sources."""
    there = {each for each in sources if _is_on_default(release, sh, apart, each)}
    further = {
        source for each in there if each in apart.on_default for source in apart.on_default[each].sources
    }
    return bool(there) and sources <= there | further


def _is_on_default(release: Release, sh: StepShell, apart: Divergence, commit: str) -> bool:
    return commit in apart.on_default or release.origin(sh).is_on(commit, release.config.default_branch)


def _reasons(release: Release, found: list[Stray]) -> Finding:
    branch, default = release.branch, release.config.default_branch
    if not found:
        return met(f"every commit of {branch} is on {default}, or marked as solely for the release")
    counted = _counted(found, f"commit of {branch}", f"commits of {branch}")
    return unmet(
        f"{counted} neither on {default} nor marked as solely for the release\n"
        f"{_listed(found)}\n"
        f"if it is for later releases as well: bring it to {default} (git cherry-pick -x COMMIT)\n"
        f"{_marking(release)}"
    )


def _marking(release: Release) -> str:
    settings = release.config.branching
    if settings.release_only_label is None:
        return (
            f"for this release only: commits say '{settings.release_only_trailer}: REASON' in their messages"
        )
    path = f"repos/{release.slug}/issues/NUMBER/labels"
    return f"for this release only: {Command(('gh', 'api', path, '-f', f'labels[]={settings.release_only_label}'))}"


def _wishes(release: Release, found: list[Backport]) -> Finding:
    if not found:
        return met(f"every merged pull request with this label is on {release.branch}")
    ready = [
        each.proposal.merge_commit[:12] for each in found[:LONGEST] if not (each.under_way or each.absent)
    ]
    command = f"scripts/invoke pick --version {release.version} --commits {','.join(ready)}"
    counted = _counted(found, "merged pull request with this label", "merged pull requests with this label")
    return unmet(
        f"{counted} not on {release.branch} yet\n{_listed(found)}" + (f"\n{command}" if ready else "")
    )


def _counted(found: list[Stray] | list[Backport], one: str, many: str) -> str:
    return f"{len(found)} {many} are" if len(found) > 1 else f"1 {one} is"


def _listed(found: list[Stray] | list[Backport]) -> str:
    shown = [f"  {each}" for each in found[:LONGEST]]
    more = len(found) - len(shown)
    return "\n".join([*shown, f"  and {more} more"] if more else shown)
