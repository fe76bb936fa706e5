"""Files of a commit that voters would find broken: what release.verify would say of them after the tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

MOST = 10  # places that a message names


def problem(release: Release, sh: StepShell, commit: str) -> str:
    """The files at `commit` that do not parse or lost a parameter, with their lines; nothing when all are whole.

    Those that release.yaml leaves alone are not judged. Kubeflow shipped both kinds: an invalid release config in
    nine releases, and a katib without a parameter in seven.
    """
    from releasing.references.rules import globs  # noqa: PLC0415 - tasks are listed without
    from releasing.verification.file_contents import faults  # noqa: PLC0415
    from releasing.verification.prototype_parameters import lost  # noqa: PLC0415
    from releasing.verification.tagged import files_at  # noqa: PLC0415

    alone = globs(release.config.leave_alone) if release.config.leave_alone else None
    files = [each for each in files_at(release, sh, commit) if not (alone and alone.match(each[0]))]
    found = [*faults(files)[0], *lost(files)[0]]
    if not found:
        return ""
    more = [f"and {len(found) - MOST} more"] if len(found) > MOST else []
    return f"{commit[:12]} has broken files:" + "".join(f"\n  {each}" for each in [*found[:MOST], *more])
