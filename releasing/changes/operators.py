"""Operators that other repositories release: bumping the references to an operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.changes import pull_requests, reference_edit
from releasing.changes.reference_edit import ReferenceEdit, pinned
from releasing.config import registries
from releasing.runbook.step import Finding, unmet

if TYPE_CHECKING:
    from releasing.changes.pull_requests import Change
    from releasing.changes.reference_edit import Words
    from releasing.config.release_yaml import Operator
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


@dataclass(frozen=True)
class NamedOperator:
    """An operator, and its name in release.yaml."""

    name: str
    operator: Operator

    @property
    def step(self) -> str:
        """The name of the step that bumps it."""
        return f"update-{self.name}"

    @property
    def option(self) -> str:
        """The option that names its release, as Python spells it."""
        return option(self.name)


def option(name: str) -> str:
    """The option that names a release of the operator `name`, as Python spells it."""
    return name.replace("-", "_")


def edit(release: Release, operator: Operator) -> ReferenceEdit:
    """All places that name the operator's image or check out its repository."""
    image = reference_edit.rule(release, operator.image, operator.release)
    return ReferenceEdit((image,), pins(operator), leave_alone=release.config.left_alone)


def pins(operator: Operator) -> tuple[Words, ...]:
    """The operator's pins, at its release."""
    return pinned((pin, {"release": operator.release}) for pin in operator.pins)


def change(release: Release, bumped: NamedOperator) -> Change:
    """The pull request that bumps the operator on the default branch."""
    operator = bumped.operator
    text = (
        f"Use {operator.image} {operator.release}",
        f"{operator.repository} at its release {operator.release}.",
    )
    return reference_edit.change(
        release, bumped.step, release.config.default_branch, text, edit(release, operator)
    )


def problem(release: Release, sh: StepShell, operator: Operator) -> str:
    """What the operator's release lacks: its image in the registry, or its git tag; empty when it is complete."""
    image = f"{release.config.registry}/{operator.image}"
    ref = f"refs/tags/{operator.release}"
    lacks = []
    if not sh.read(sh["git"]["ls-remote", f"https://github.com/{operator.repository}.git", ref]):
        lacks.append(f"{operator.repository} has no git tag {operator.release}")
    if registries.digest(image, operator.release, sh.environment) is None:
        lacks.append(f"{image}:{operator.release} is not in the registry")
    return "; ".join(lacks)


def propose(release: Release, sh: StepShell, bumped: NamedOperator) -> None:
    """Open the pull request that bumps the operator; PreconditionError unless its release is complete."""
    operator = bumped.operator
    sh.require(
        lambda: problem(release, sh, operator),
        f"release the operator first (https://github.com/{operator.repository}/releases), "
        f"or name another release: --{bumped.name} TAG",
    )
    pull_requests.propose(release, sh, change(release, bumped))


def is_bumped(release: Release, sh: StepShell, bumped: NamedOperator) -> Finding:
    """Whether the image exists, and the default branch or a pull request names it everywhere."""
    operator = bumped.operator
    image = f"{release.config.registry}/{operator.image}"
    if registries.digest(image, operator.release, sh.environment) is None:
        return unmet(f"{image}:{operator.release} is not in the registry: release the operator first")
    return pull_requests.proposed(release, sh, change(release, bumped))
