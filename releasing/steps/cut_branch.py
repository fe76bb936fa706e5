"""Create a release branch (if necessary)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import identity, image_builds
from releasing.clients.git import branch_creation
from releasing.gates import named_branches
from releasing.runbook.step import Finding, met, step, unmet
from releasing.steps.authenticate import auth
from releasing.steps.preflight import check_files, preflight

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


@step(needs=(preflight, auth, check_files), options=image_builds.OPTIONS)
def cut_branch(release: Release, sh: StepShell) -> None:
    """Cut the release branch at the latest green postsubmit, if it is missing.

    The empty lease makes the push create-only: a branch that another person cut in the meantime is used, not moved.
    """
    sh.require(lambda: named_branches.problem(release, sh), named_branches.hint(release))
    commit = identity.commit(release, sh)
    branch_creation.create(release.origin(sh), release.origin(sh).git, release.branch, commit)
    sh.run(release.origin(sh).fetch())


@cut_branch.verified_by
def branch_is_on_origin(release: Release, sh: StepShell) -> Finding:
    """`git ls-remote origin` lists the release branch; the commit where it left the default branch is shown."""
    commit = release.origin(sh).commit_of(f"refs/heads/{release.branch}")
    if commit is None:
        return unmet(f"origin has no branch {release.branch}")
    if not release.origin(sh).has(f"origin/{release.branch}"):
        return unmet(f"{release.branch} is on origin, but not fetched")
    left = _departure(release, sh)
    default = release.config.default_branch
    if not left:
        return unmet(f"{release.branch} is at {commit[:12]} and has no commit in common with {default}")
    return met(f"{release.branch} is at {commit[:12]}, cut from {default} at {left[:12]}")


def _departure(release: Release, sh: StepShell) -> str:
    """The commit of the default branch that the release branch began at; empty when it began elsewhere.

    Not the merge base: that moves on when the default branch is merged into the release branch.
    """
    git, branch = release.origin(sh).git, f"origin/{release.branch}"
    outside = git["rev-list", "--first-parent", "--reverse", "--parents"]
    first = sh.read(outside[f"origin/{release.config.default_branch}..{branch}"]).partition("\n")[0].split()
    return "".join(first[1:2]) if first else sh.read(git["rev-parse", branch])
