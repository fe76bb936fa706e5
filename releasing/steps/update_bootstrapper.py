"""Update the bootstrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing import builds
from releasing.step import Finding, present, step
from releasing.steps.authenticate import auth
from releasing.steps.preflight import preflight

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.step_shell import StepShell


@step(
    needs=(preflight, auth),
    options=builds.OPTIONS,
    when=lambda release: release.config.bootstrapper is not None,
)
def update_bootstrapper(release: Release, sh: StepShell) -> None:
    """Build and push the bootstrapper, and name it in the cluster's configuration.

    make is given the tag of this release's builds, so that what it pushes can be found again.
    """
    bootstrapper = present(release.config.bootstrapper)
    if sh.needed(lambda: not builds.built(release, sh, bootstrapper.images).holds):
        tag = builds.build_tag(release, sh)
        scratch = builds.checkout(release, sh, update_bootstrapper.name)
        sh.run(sh["make"]["-C", f"{scratch}/{bootstrapper.folder}", "push", f"TAG={tag}"])
    builds.propose(release, sh, update_bootstrapper.name, bootstrapper.images, bootstrapper.config)


@update_bootstrapper.verified_by
def bootstrapper_is_built_and_named(release: Release, sh: StepShell) -> Finding:
    """The image is in the registry at the build tag, and the configuration or a pull request names it."""
    bootstrapper = present(release.config.bootstrapper)
    return builds.built_and_proposed(
        release, sh, update_bootstrapper.name, bootstrapper.images, bootstrapper.config
    )
