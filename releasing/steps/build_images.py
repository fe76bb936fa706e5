"""Builds of images: one step for each that release.yaml lists under `builds`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from releasing.builds import identity, image_builds
from releasing.builds.image_builds import NamedBuild
from releasing.changes import pull_requests
from releasing.runbook.step import Finding, Member, proposal, step
from releasing.steps.authenticate import auth
from releasing.steps.preflight import check_files

if TYPE_CHECKING:
    from releasing.changes.pull_requests import Change
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

# What the texts of a build say besides, when release.yaml names a spawner that offers its images.
OFFERED = {
    "offered": ", and offer them in the spawner",
    "later": "\nThe spawner on the default branch names the build; the release branch gets the release's tag later.",
    "named": ", and the spawner or a pull request names that tag",
}


def each_build(release: Any) -> list[Member]:
    """The builds of a project; one without a spawner proposes nothing."""
    return [
        Member(found.step, found, _words(found), proposes=bool(found.settings.spawner))
        for name, build in release.config.builds.items()
        for found in [NamedBuild(name, build)]
    ]


def _words(build: NamedBuild) -> dict[str, str]:
    title = build.settings.title or f"{build.name} images"
    besides = OFFERED if build.settings.spawner else dict.fromkeys(OFFERED, "")
    return {"title": title, "heading": build.settings.heading or f"the {title}", **besides}


def spawner_update(release: Release, build_tag: str, build: NamedBuild) -> Change:
    """The pull request that offers build `build_tag` in the spawner."""
    return image_builds.naming(
        release, build.step, build.settings.images, build.settings.spawner or "", build_tag
    )


@proposal(change=spawner_update)
@step(needs=(auth, check_files), options=image_builds.OPTIONS, exclusive=True, each=each_build)
def build_images(release: Release, sh: StepShell, build: NamedBuild) -> None:
    """Build and push the {title}{offered}.

    Argo runs the workflow of the releaser app at the commit of the latest green postsubmit.{later}
    """
    settings = build.settings
    if not settings.spawner or sh.needed(lambda: not image_builds.built(release, sh, settings.images).holds):
        image_builds.run_workflow(release, sh, build)
    if settings.spawner:
        pull_requests.propose(release, sh, spawner_update(release, identity.build_tag(release, sh), build))


@build_images.verified_by
def images_are_built_and_offered(release: Release, sh: StepShell, build: NamedBuild) -> Finding:
    """Each of the {title} is in the registry at the build tag{named}."""
    if not build.settings.spawner:
        return image_builds.built(release, sh, build.settings.images)
    return image_builds.built_and_proposed(
        release, sh, build.settings.images, lambda of, tag: spawner_update(of, tag, build)
    )
