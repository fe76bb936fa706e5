"""Commits of the default branch for the release branch: picked, pushed and proposed as one pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from releasing.branching import divergence, pick_request, policy
from releasing.branching.cherry_pick import Pick
from releasing.clients.git import branch_creation
from releasing.clients.git.commits import commits
from releasing.errors import PreconditionError, UsageError

if TYPE_CHECKING:
    from releasing.clients.git.commits import Commit
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

ID = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True)
class PickedCommits:
    """The commits of a request: those to pick, the oldest first, and those that the release branch already has.

    `reasons` belong to commits to pick that are solely for the release.
    """

    missing: tuple[Commit, ...]
    there: tuple[Commit, ...]
    reasons: tuple[str, ...]


def pick(release: Release, sh: StepShell, text: str) -> None:
    """Propose the commits that `text` names for the release branch; commits that it has or will get are reported.

    Raises UsageError when `text` names no commits; PreconditionError, before anything is pushed, when there is no
    release branch, a commit must not be picked, a commit conflicts, or the pull request was closed.
    """
    named = _named(text)
    if release.origin(sh).commit_of(f"refs/heads/{release.branch}") is None:
        raise PreconditionError(
            f"origin has no branch {release.branch}", f"scripts/invoke cut-branch --version {release.version}"
        )
    asked = _resolved(release, sh, named)
    into = release.pull_requests(sh).onto(release.branch)
    choice = _chosen(release, sh, asked, policy.merged_sources(into))
    for commit in choice.there:
        sh.say(f"{release.branch} already has: {commit}")
    if choice.missing:
        it = Pick(release, choice.missing, choice.reasons, head(release, asked), _again(release, asked))
        if not pick_request.found(it, sh, into) and _pushed(it, sh):
            pick_request.request(it, sh)


def head(release: Release, asked: Iterable[Commit]) -> str:
    """The branch on origin for the pick of `asked` into this version: the same on every run."""
    ids = "\n".join(sorted(commit.id for commit in asked))
    prefix = release.config.pull_requests.branch_prefix
    return f"{prefix}{release.version.tag}/pick-{sha256(ids.encode()).hexdigest()[:12]}"


def _named(text: str) -> list[str]:
    words = [*dict.fromkeys(text.replace(",", " ").split())]
    wrong = [word for word in words if not ID.fullmatch(word)]
    if wrong or not words:
        found = f"{', '.join(wrong)}: expected the ids of commits" if wrong else "--commits names no commits"
        raise UsageError(
            f"--commits: {found}",
            "for example: --commits 1f3c9ab,77d02e4; release.status lists pull requests whose label requests a pick",
        )
    return words


def _resolved(release: Release, sh: StepShell, named: list[str]) -> list[Commit]:
    """The commits whose ids begin with `named`, each once; PreconditionError that names all that origin lacks."""
    git = release.origin(sh).git
    unknown = [word for word in named if not release.origin(sh).has(word)]
    if unknown:
        raise PreconditionError(
            f"{', '.join(unknown)}: each must begin the id of exactly one commit on a branch of {release.slug}",
            "git log shows whole ids",
        )
    ids = sh.read(git["rev-parse", *(f"{word}^{{commit}}" for word in named)]).split()
    return commits(sh, git["log", "--no-walk=unsorted", *dict.fromkeys(ids)])


def _chosen(release: Release, sh: StepShell, asked: list[Commit], merged: set[str]) -> PickedCommits:
    """The commits of `asked` to pick, in the order of the default branch; PreconditionError for forbidden ones."""
    apart = divergence.read(release, sh)
    carried = apart.carried(merged)
    sources = merged.union(*(commit.sources for commit in apart.branch))
    missing, there, reasons, problems = [], [], [], []
    for commit in asked:
        on_default = commit.id in apart.on_default
        if on_default and apart.lacks(commit.id, carried):
            missing.append(commit)
        elif on_default or commit.id in sources or release.origin(sh).is_on(commit.id, release.branch):
            there.append(commit)
        elif reason := pick_request.reason(release, sh, commit):
            missing.append(commit)
            reasons.append(reason)
        else:
            problems.append(str(commit))
    if problems:
        raise _refusal(release, problems)
    # The divergence lists the newest first; commits that it does not list come last, in the order of the request.
    places = {commit.id: -place for place, commit in enumerate(apart.default)}
    missing.sort(key=lambda commit: places.get(commit.id, 1))
    return PickedCommits(tuple(missing), tuple(there), tuple(reasons))


def _refusal(release: Release, problems: list[str]) -> PreconditionError:
    settings, default = release.config.branching, release.config.default_branch
    label = f" or the label {settings.release_only_label}" if settings.release_only_label else ""
    return PreconditionError(
        f"not on {default}, and not marked as solely for the release:\n  " + "\n  ".join(problems),
        f"merge it into {default} first, or mark it with '{settings.release_only_trailer}: REASON' in its message"
        f"{label}",
    )


def _again(release: Release, asked: Iterable[Commit]) -> str:
    ids = ",".join(commit.id[:12] for commit in asked)
    return f"scripts/invoke pick --version {release.version} --commits {ids}"


def _pushed(it: Pick, sh: StepShell) -> bool:
    """Put the pick on its branch on origin, unless the branch exists; whether a pull request is needed.

    An existing branch was pushed completely by an earlier run, or by a person who resolved a conflict.
    PreconditionError when it does not have the pick.
    """
    release = it.release
    if release.origin(sh).commit_of(f"refs/heads/{it.head}") is None:
        git = it.clone(sh)
        if sh.succeeds(git["diff", "--quiet", f"origin/{release.branch}", "HEAD"]):
            sh.say(f"{release.branch} already contains these changes (as different commits); nothing to do")
            return False
        branch_creation.create(release.origin(sh), git, it.head, "HEAD")
    sh.run(release.origin(sh).fetch())
    log = release.origin(sh).git["log", f"origin/{release.branch}..origin/{it.head}"]
    sources = {source for commit in commits(sh, log) for source in commit.sources}
    lacking = [str(commit) for commit in it.commits if commit.id not in sources]
    if lacking:
        raise PreconditionError(
            f"{it.head} is on origin, but no commit on it says that it was picked from\n  "
            + "\n  ".join(lacking),
            f"git cherry-pick -x writes that line; to start again: git push origin --delete {it.head}",
        )
    return True
