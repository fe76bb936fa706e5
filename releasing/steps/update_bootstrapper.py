"""Update the bootstrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import identity, image_builds
from releasing.changes import pull_requests
from releasing.runbook.choice import Choice
from releasing.runbook.step import Finding, present, proposal, step
from releasing.steps.authenticate import auth
from releasing.steps.preflight import check_files, preflight

if TYPE_CHECKING:
    from releasing.changes.pull_requests import Change
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

MADE_TAG = Choice("bootstrapper tag")  # where the Makefile chooses it


def naming(release: Release, build_tag: str) -> Change:
    """The pull request that names build `build_tag` in the cluster's configuration."""
    bootstrapper = present(release.config.bootstrapper)
    return image_builds.naming(
        release, update_bootstrapper.name, bootstrapper.images, bootstrapper.config, build_tag
    )


@proposal(change=naming)
@step(
    needs=(preflight, auth, check_files),
    options=image_builds.OPTIONS,
    exclusive=True,
    when=lambda release: release.config.bootstrapper is not None,
)
def update_bootstrapper(release: Release, sh: StepShell) -> None:
    """Build and push the bootstrapper, and use it in the cluster's config.

    make gets the build tag of this release, so that all images share it. Where release.yaml lets the Makefile
    choose the tag, that tag is read from make's output, and the image also gets the build tag.
    """
    bootstrapper = present(release.config.bootstrapper)
    tag, made = identity.build_tag(release, sh), release.folder / "bootstrapper.tag"
    absent = sh.needed(lambda: not image_builds.built(release, sh, bootstrapper.images).holds)
    if absent:
        folder = f"{image_builds.checkout(release, sh, update_bootstrapper.name)}/{bootstrapper.folder}"
        push = sh["push_bootstrapper.py"][folder, "--commit", identity.commit(release, sh)]
        for name in bootstrapper.images.names:
            push = push["--image", f"{release.config.registry}/{name}"]
        chosen = ("--also", tag, "--record", str(made)) if bootstrapper.tag == "make" else ("--tag", tag)
        sh.run(push[chosen])
    if bootstrapper.tag == "make" and (absent or made.exists()):
        tag = sh.choose(MADE_TAG, lambda: sh.read(sh["cat"][str(made)], pending=MADE_TAG.name))
    pull_requests.propose(release, sh, naming(release, tag))


@update_bootstrapper.verified_by
def bootstrapper_is_built_and_named(release: Release, sh: StepShell) -> Finding:
    """The image is in the registry at the build tag, and the config or a pull request names that tag."""
    return image_builds.built_and_proposed(release, sh, present(release.config.bootstrapper).images, naming)
