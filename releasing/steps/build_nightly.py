"""Image Auto Release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.runbook.step import Finding, Member, step
from releasing.steps.authenticate import auth
from releasing.steps.preflight import preflight

if TYPE_CHECKING:
    from releasing.nightly.nights import Night
    from releasing.nightly.release_config import Entry
    from releasing.runbook.step_shell import StepShell


def entries(night: Night) -> list[Member]:
    """The entries of the release config that this night builds."""
    return [Member(entry.name, entry) for entry in night.entries]


@step(needs=(preflight, auth), exclusive=True, each=entries)
def build_nightly(night: Night, sh: StepShell, entry: Entry) -> None:
    """Build and push the images of one entry of the release config.

    The entry's app is rendered in a clean clone at the night's commit. Each entry is a step of its own, with the
    entry's name. The failure of one does not affect the others.
    """
    from releasing.nightly import entry_build  # noqa: PLC0415 - tasks are listed without

    entry_build.run(night, sh, entry)


@build_nightly.verified_by
def images_have_the_tag_of_the_night(night: Night, sh: StepShell, entry: Entry) -> Finding:
    """Every image that the entry's workflow builds is in the registry under the night's tag."""
    from releasing.nightly import entry_build  # noqa: PLC0415

    return entry_build.built(night, sh, entry)
