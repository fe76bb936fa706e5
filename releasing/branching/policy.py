"""The branching policy: what is on a release branch without a reason, and what is wanted there.

Runbook: "Release branching policy". A commit belongs on a release branch when the default branch has its change,
too, or when it is marked as solely for the release.
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
    """A commit of the release branch with nothing that says why it is there, and its pull request."""

    commit: Commit
    number: int | None

    def __str__(self) -> str:
        return f"{self.commit}, " + (f"#{self.number}" if self.number else "no pull request")


@dataclass(frozen=True)
class Backport:
    """A merged pull request that is asked for on the release branch, which lacks it.

    `under_way` is the pull request that proposes it, `absent` the branch that it should be picked from and is not on.
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
    """What the policy says of the release branch, by name of the rule; nothing before there is a branch."""
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

    A merge is looked through: what it brought is judged, each by itself.
    """
    owners = _owners(apart, into)
    known = {source for commit in apart.default for source in commit.sources}
    found = []
    for commit in apart.branch:
        owner = owners.get(commit.id)
        # A squash is all of its pull request, which may say what the message does not.
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
    """Those of the merged pull requests `asked` for whose change the release branch does not have."""
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
    """The commits that merged pull requests say they picked."""
    return {source for each in into if each.merged for source in picked_from(each.body)}


def release_only(release: Release, text: str) -> str:
    """The reason that `text`, a commit's message, gives for being solely for a release; empty without one."""
    trailer = re.escape(release.config.branching.release_only_trailer)
    found = re.search(rf"^{trailer}:[ \t]*(\S.*)$", text, re.MULTILINE | re.IGNORECASE)
    return found[1].strip() if found else ""


def wanted_label(release: Release) -> str:
    """The label of pull requests that are asked for on this release branch; empty when there is none."""
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
    """Whether `sources` are all on the default branch, where they may name further sources of their own."""
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
        f"for more than this release: bring it to {default}, too (git cherry-pick -x COMMIT)\n"
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
