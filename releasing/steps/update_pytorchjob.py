"""Update PyTorchJob."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.changes import operators
from releasing.runbook.step import Finding, present, proposal, step
from releasing.steps.authenticate import auth
from releasing.steps.preflight import preflight

if TYPE_CHECKING:
    from releasing.changes.pull_requests import Change
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def bump(release: Release, _build_tag: str = "") -> Change:
    """The pull request that bumps the operator on the default branch."""
    return operators.change(release, present(release.config.operators.pytorchjob), update_pytorchjob.name)


@proposal(change=bump)
@step(
    needs=(preflight, auth),
    options=("pytorchjob",),
    when=lambda release: release.config.operators.pytorchjob is not None,
)
def update_pytorchjob(release: Release, sh: StepShell) -> None:
    """Point every reference to the PyTorchJob operator at its release.

    One pull request changes the prototypes and the checkout of the operator's repository. The operator's release must
    have its git tag and its image. When release.yaml names none, the newest that is not a pre-release is used.
    """
    operator = present(release.config.operators.pytorchjob)
    operators.propose(release, sh, operator, update_pytorchjob.name)


@update_pytorchjob.verified_by
def pytorchjob_is_bumped(release: Release, sh: StepShell) -> Finding:
    """The operator's image exists, and the default branch or a pull request uses it everywhere."""
    return operators.bumped(release, sh, present(release.config.operators.pytorchjob), update_pytorchjob.name)
