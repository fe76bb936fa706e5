"""A release branch that exists under another name than release.yaml says: it is never cut a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.naming import branch_pattern

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def problem(release: Release, sh: StepShell) -> str:
    """The branches of origin that people would take for the release branch, which is missing; nothing without any.

    A pattern that release.yaml says is believed: it was chosen.
    """
    if "release_branch" in release.config.model_fields_set or release.origin(sh).has(
        f"origin/{release.branch}"
    ):
        return ""
    alike = branch_pattern.resembling(release.origin(sh).branches, release.version.numbers)
    there = [name for name in alike if name != release.config.default_branch]
    if not there:
        return ""
    found, stream = " and ".join(there), f"{release.version.major}.{release.version.minor}"
    return (
        f"origin has no branch {release.branch}, but {found}, which people would take for the release branch of "
        f"{stream}; another one would be cut from {release.config.default_branch}"
    )


def hint(release: Release) -> str:
    """What to write for either meaning."""
    pattern = release.config.release_branch
    return (
        "write in release.yaml how release branches are called, such as 'release-branch: release-{major}.{minor}'; "
        f"to cut {release.branch} all the same, write 'release-branch: {pattern}'"
    )
