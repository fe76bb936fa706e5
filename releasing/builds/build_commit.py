"""A commit to build that a person names: on a branch of the release, green or let pass, and the same ever after."""

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

    Raises UsageError for what is no id of a commit; PreconditionError for a commit that is on no branch of the
    release, that is not green and has no reason `because` to be built all the same, or that is not the one that was
    chosen before.
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
    """Record that `commit` of `branch` is built `because` of something although it is not green; nothing when it is.

    Raises PreconditionError without a reason; `option` is how the commit was named.
    """
    problems = red(release, sh, commit, branch)
    if problems and not because.strip():
        raise PreconditionError(
            f"{commit[:12]} is not green: {problems}",
            f'build a green one, or let it pass, on record: {option} --because "WHY"',
        )
    if problems:
        sh.say(f"{commit[:12]} is built although it is not green: {problems}")
        sh.choose(waivers.RED, lambda: f"{commit[:12]}, {problems}: {because}")


def require_use(commit: str, because: str) -> None:
    """Raise UsageError for a reason without the commit that it is for."""
    if because and not commit:
        raise UsageError("--because is for a --commit that is not green", '--commit ID --because "WHY"')


def found(release: AnyRelease, sh: StepShell, named: str) -> str:
    """The full id of the commit."""
    if not ID.fullmatch(named):
        raise UsageError(
            f"--commit {named}: expected the id of a commit, of at least seven digits",
            f"git log origin/{release.config.default_branch} lists them",
        )
    if not release.origin(sh).has(named):
        raise PreconditionError(
            f"origin has no commit {named}", f"is it pushed? git log origin/{release.config.default_branch}"
        )
    return sh.look(release.origin(sh).git["rev-parse", "--verify", f"{named}^{{commit}}"])


def _refuse_another(release: Release, sh: StepShell, commit: str) -> None:
    known = sh.chosen(COMMIT)
    listed = None if known else image_tags_edit.listed_build(release, sh)
    if known is None and (listed is None or listed.endswith(f"-{commit[:8]}")):
        return
    raise PreconditionError(
        f"{release.tag} is built from {known[:12] if known else listed}, not from {commit[:12]}",
        "leave --commit out to go on with it; another commit is for the next candidate, once this one is tagged: "
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
    """What keeps the commit from being green, as release.yaml says who knows; nothing when it is.

    A testgrid is that of the default branch; the release branch's checks are on GitHub in any case.
    """
    asked = release.config.checks
    if asked.testgrid and branch == release.config.default_branch:
        from releasing.clients.checks import testgrid  # noqa: PLC0415 - needed only where a commit is named
        from releasing.clients.checks.testgrid_tab import Tab  # noqa: PLC0415

        grid = asked.testgrid
        return testgrid.problem(Tab.chosen(grid.url, grid.dashboard, grid.tab, sh.environment), commit)
    found = commit_checks.unsuccessful(sh, release.slug, commit, asked.postsubmit)
    return "; ".join(map(str, found))
