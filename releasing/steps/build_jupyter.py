"""Build the Jupyter Images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import build as builds
from releasing.builds import identity
from releasing.changes import pull_requests
from releasing.runbook.step import Finding, present, proposal, step
from releasing.steps.authenticate import auth

if TYPE_CHECKING:
    from releasing.changes.pull_requests import Change
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def spawner_update(release: Release, build_tag: str) -> Change:
    """The pull request that offers build `build_tag` in the spawner."""
    jupyter = present(release.config.jupyter)
    return builds.naming(release, build_jupyter.name, jupyter.images, jupyter.spawner, build_tag)


@proposal(change=spawner_update)
@step(
    needs=(auth,),
    options=builds.OPTIONS,
    exclusive=True,
    when=lambda release: release.config.jupyter is not None,
)
def build_jupyter(release: Release, sh: StepShell) -> None:
    """Build and push the Jupyter images, and offer them in the spawner.

    The spawner on the default branch names the build; the release branch gets the release's tag later.
    """
    jupyter = present(release.config.jupyter)
    if sh.needed(lambda: not builds.built(release, sh, jupyter.images).holds):
        builds.run_workflow(release, sh, build_jupyter.name, jupyter.workflow, jupyter.images)
    pull_requests.propose(release, sh, spawner_update(release, identity.build_tag(release, sh)))


@build_jupyter.verified_by
def notebooks_are_built_and_offered(release: Release, sh: StepShell) -> Finding:
    """Every notebook image is in the registry at the build tag, and the spawner or a pull request names that tag."""
    return builds.built_and_proposed(release, sh, present(release.config.jupyter).images, spawner_update)
