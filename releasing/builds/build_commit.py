"""A commit to build that a person names: on a branch of the release, green or waived, and fixed once chosen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from releasing.builds.identity import COMMIT
from releasing.changes import image_tags_edit
from releasing.clients.checks import commit_checks
from releasing.errors import PreconditionError, UsageError
from releasing.runbook import waivers

if TYPE_CHECKING:
    from releasing.release import AnyRelease, Release
    from releasing.runbook.step_shell import StepShell

ID = re.compile(r"[0-9a-f]{7,40}")


def choose(release: Release, sh: StepShell, named: str, because: str) -> None:
    """Build `named` instead of the commit of the latest green postsubmit; nothing when empty.

    Raises UsageError for a value that is not the id of a commit; PreconditionError for a commit on no branch of the
    release, for one that is not green and has no reason `because`, and for another one than was chosen before.
    """
    if not named:
        return
    commit = found(release, sh, named)
    if sh.chosen(COMMIT) == commit:
        return
    _refuse_another(release, sh, commit)
    let_pass(release, sh, commit, _branch(release, sh, commit), f"--commit {named}", because)
    sh.choose(COMMIT, lambda: commit)


def let_pass(release: AnyRelease, sh: StepShell, commit: str, branch: str, option: str, because: str) -> None:
    """Record why `commit` of `branch` is built although its checks did not pass; nothing when it is green.

    Raises PreconditionError without a reason `because`; `option` is how the commit was named.
    """
    problems = red(release, sh, commit, branch)
    if problems and not because.strip():
        raise PreconditionError(
            f"{commit[:12]} is not green: {problems}",
            f'build a green commit, or record why this one is built: {option} --because "WHY"',
        )
    if problems:
        sh.say(f"{commit[:12]} is built although its checks did not pass: {problems}")
        sh.choose(waivers.RED, lambda: f"{commit[:12]}, {problems}: {because}")


def require_use(commit: str, because: str) -> None:
    """Raise UsageError for a reason without a commit."""
    if because and not commit:
        raise UsageError(
            "--because requires a --commit whose checks did not pass", '--commit ID --because "WHY"'
        )


def found(release: AnyRelease, sh: StepShell, named: str) -> str:
    """The full id of the commit."""
    if not ID.fullmatch(named):
        raise UsageError(
            f"--commit {named}: expected at least seven digits of the id of a commit",
            f"git log origin/{release.config.default_branch} lists them",
        )
    if not release.origin(sh).has(named):
        raise PreconditionError(
            f"origin has no commit {named}",
            f"push it, or see: git log origin/{release.config.default_branch}",
        )
    return sh.look(release.origin(sh).git["rev-parse", "--verify", f"{named}^{{commit}}"])


def _refuse_another(release: Release, sh: StepShell, commit: str) -> None:
    known = sh.chosen(COMMIT)
    listed = None if known else image_tags_edit.listed_build(release, sh)
    if known is None and (listed is None or listed.endswith(f"-{commit[:8]}")):
        return
    raise PreconditionError(
        f"{release.tag} is built from {known[:12] if known else listed}, not from {commit[:12]}",
        "leave --commit out to continue with that commit; to build another one, tag this candidate first, then: "
        f"scripts/invoke release.rc --version {release.version} --candidate next --commit {commit[:12]}",
    )


def _branch(release: Release, sh: StepShell, commit: str) -> str:
    """The branch that the commit is on."""
    default = release.config.default_branch
    branches = [branch for branch in (default, release.branch) if release.origin(sh).has(f"origin/{branch}")]
    found = next((branch for branch in branches if release.origin(sh).is_on(commit, branch)), None)
    if found is None:
        raise PreconditionError(
            f"{commit[:12]} is not on {' or '.join(branches)}",
            f"merge it first, or bring it to {release.branch}: scripts/invoke pick --version {release.version}",
        )
    return found


def red(release: AnyRelease, sh: StepShell, commit: str, branch: str) -> str:
    """Why the commit is not green, by the source that release.yaml names; empty when it is green.

    A testgrid is for the default branch; checks of the release branch are always read from GitHub.
    """
    asked = release.config.checks
    if asked.testgrid and branch == release.config.default_branch:
        from releasing.clients.checks import testgrid  # noqa: PLC0415 - needed only where a commit is named
        from releasing.clients.checks.testgrid_tab import Tab  # noqa: PLC0415

        grid = asked.testgrid
        return testgrid.problem(Tab.chosen(grid.url, grid.dashboard, grid.tab, sh.environment), commit)
    found = commit_checks.unsuccessful(sh, release.slug, commit, asked.postsubmit)
    return "; ".join(map(str, found))
