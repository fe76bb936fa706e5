"""The pull requests of a candidate, in the order of the runbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing import builds, image_tags_edit, operators, reference_edit
from releasing.reference_edit import ReferenceEdit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from releasing.pull_requests import Change
    from releasing.release import Release


def of(release: Release, build_tag: str) -> tuple[Change, ...]:
    """Every pull request that must be merged before a candidate is tagged."""
    return tuple(_of(release, build_tag))


def _of(release: Release, build_tag: str) -> Iterator[Change]:
    config = release.config
    if config.operators.tfjob:
        yield operators.change(release, config.operators.tfjob, "update-tfjob")
    if config.operators.pytorchjob:
        yield operators.change(release, config.operators.pytorchjob, "update-pytorchjob")
    if config.jupyter:
        yield builds.naming(
            release, "build-jupyter", config.jupyter.images, config.jupyter.spawner, build_tag
        )
    if config.bootstrapper:
        path = config.bootstrapper.config
        yield builds.naming(release, "update-bootstrapper", config.bootstrapper.images, path, build_tag)
    if release.images:
        yield image_tags_edit.change(release, "update-image-tags", build_tag)
    if release.images or config.operators.tfjob or config.operators.pytorchjob:
        yield prototypes(release)


def newest_on_master(release: Release, build_tag: str) -> Change:
    """The pull request that puts every reference to a released image of the default branch at `build_tag`."""
    images = reference_edit.rules(release, release.config.images, build_tag)
    text = (f"Use the images of {build_tag}", f"The newest images, built for {release.tag}.")
    edit = ReferenceEdit(images, leave_alone=release.config.leave_alone)
    return reference_edit.change(release, "update-master", release.config.default_branch, text, edit)


def prototypes(release: Release) -> Change:
    """The pull request into the release branch: released images at the release's tag, operators at theirs.

    All of it in one change: Kubeflow shipped releases whose update had landed on the default branch only.
    """
    config = release.config
    bumps = [each for each in (config.operators.tfjob, config.operators.pytorchjob) if each]
    images = reference_edit.rules(release, config.images, release.image_tag)
    images += tuple(reference_edit.rule(release, each.image, each.release) for each in bumps)
    pins = tuple(pin for each in bumps for pin in each.pins)
    edit = ReferenceEdit(images, pins, leave_alone=config.leave_alone)
    text = (
        f"Use the images of {release.image_tag}",
        f"Every reference to a released image is at {release.image_tag}, for {release.tag}.",
    )
    return reference_edit.change(release, "update-prototypes", release.branch, text, edit)
