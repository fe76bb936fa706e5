"""Build TF Serving Images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import build as builds
from releasing.runbook.step import Finding, present, step
from releasing.steps.authenticate import auth

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


@step(
    needs=(auth,),
    options=builds.OPTIONS,
    exclusive=True,
    when=lambda release: release.config.tfserving is not None,
)
def build_tfserving(release: Release, sh: StepShell) -> None:
    """Build and push the TF Serving images.

    Argo runs the workflow of the releaser app at the commit of the latest green postsubmit.
    """
    serving = present(release.config.tfserving)
    builds.run_workflow(release, sh, build_tfserving.name, serving.workflow, serving.images)


@build_tfserving.verified_by
def tfserving_images_are_in_the_registry(release: Release, sh: StepShell) -> Finding:
    """Every TF Serving image is in the registry at the build tag."""
    return builds.built(release, sh, present(release.config.tfserving).images)
