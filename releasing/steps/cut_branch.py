"""Create a release branch (if necessary)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing import builds, origin
from releasing.step import Finding, met, step, unmet
from releasing.steps.authenticate import auth

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.step_shell import StepShell


@step(needs=(auth,))
def cut_branch(release: Release, sh: StepShell) -> None:
    """Cut the release branch at the commit of the latest green postsubmit, unless it exists.

    The empty lease makes the push create-only: a branch that somebody else cut meanwhile is refused, not moved.
    """
    commit = builds.commit(release, sh)
    ref = f"refs/heads/{release.branch}"
    push = origin.git(release, sh)[
        "push", "--quiet", f"--force-with-lease={ref}:", "origin", f"{commit}:{ref}"
    ]
    sh.run(push)
    sh.run(origin.fetch(release, sh))


@cut_branch.verified_by
def branch_is_on_origin(release: Release, sh: StepShell) -> Finding:
    """`git ls-remote origin` lists the release branch; what it left the default branch at is shown."""
    commit = origin.commit_of(release, sh, f"refs/heads/{release.branch}")
    if commit is None:
        return unmet(f"origin has no branch {release.branch}")
    if not origin.has(release, sh, f"origin/{release.branch}"):
        return unmet(f"{release.branch} is on origin, but not fetched")
    both = (f"origin/{release.branch}", f"origin/{release.config.default_branch}")
    base = sh.read(origin.git(release, sh)["merge-base", *both])
    return met(
        f"{release.branch} is at {commit[:12]}, cut from {release.config.default_branch} at {base[:12]}"
    )
