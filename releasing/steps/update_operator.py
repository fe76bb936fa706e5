"""Operators that are released elsewhere: one step for each that release.yaml lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from releasing.changes import operators
from releasing.changes.operators import NamedOperator
from releasing.runbook.step import Finding, Member, proposal, step
from releasing.steps.authenticate import auth
from releasing.steps.preflight import check_files, preflight

if TYPE_CHECKING:
    from releasing.changes.pull_requests import Change
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def each_operator(release: Any) -> list[Member]:
    """The operators of a project; their texts have the title, and the option that names a release."""
    return [
        Member(found.step, found, {"title": found.operator.title or name, "option": found.option})
        for name, operator in release.config.operators.items()
        for found in [NamedOperator(name, operator)]
    ]


def bump(release: Release, _build_tag: str, operator: NamedOperator) -> Change:
    """The pull request that bumps the operator on the default branch."""
    return operators.change(release, operator)


@proposal(change=bump)
@step(needs=(preflight, auth, check_files), options=("{option}",), each=each_operator)
def update_operator(release: Release, sh: StepShell, operator: NamedOperator) -> None:
    """Point every reference to the {title} operator at its release.

    One pull request changes the prototypes and the checkout of the operator's repository. The operator's release must
    have its git tag and its image. When release.yaml names none, the newest that is not a pre-release is used.
    """
    operators.propose(release, sh, operator)


@update_operator.verified_by
def operator_is_bumped(release: Release, sh: StepShell, operator: NamedOperator) -> Finding:
    """The operator's image exists, and the default branch or a pull request uses it everywhere."""
    return operators.is_bumped(release, sh, operator)
