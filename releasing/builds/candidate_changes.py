"""The pull requests of a candidate, in the order of the runbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import build as builds
from releasing.changes import image_tags_edit, operators, reference_edit
from releasing.changes.reference_edit import ReferenceEdit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from releasing.changes.pull_requests import Change
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
        yield image_tags_edit.change(release, image_tags_edit.STEP, build_tag)
    if has_references(release):
        yield prototypes(release)


def has_references(release: Release) -> bool:
    """Whether files of the release branch have anything that goes with the release."""
    config = release.config
    return bool(
        release.images
        or config.operators.tfjob
        or config.operators.pytorchjob
        or config.pins
        or config.parameters
    )


def newest_on_master(release: Release, build_tag: str) -> Change:
    """The pull request that puts every reference to a released image of the default branch at `build_tag`."""
    images = reference_edit.rules(release, release.config.images, build_tag)
    text = (f"Use the images of {build_tag}", f"The newest images, built for {release.tag}.")
    edit = ReferenceEdit(images, leave_alone=release.config.left_alone)
    return reference_edit.change(release, "update-master", release.config.default_branch, text, edit)


def prototypes(release: Release) -> Change:
    """The pull request into the release branch: released images, operators, and what release.yaml pins.

    All of it in one change: Kubeflow shipped releases whose update had landed on the default branch only.
    """
    text = (
        f"Use the images of {release.image_tag}",
        f"Every reference to a released image is at {release.image_tag}, for {release.tag}.",
    )
    return reference_edit.change(release, "update-prototypes", release.branch, text, prototypes_edit(release))


def prototypes_edit(release: Release) -> ReferenceEdit:
    """What the tree of a release has to read: images, pins and parameters."""
    config = release.config
    bumps = [each for each in (config.operators.tfjob, config.operators.pytorchjob) if each]
    images = reference_edit.rules(release, config.images, release.image_tag)
    images += tuple(reference_edit.rule(release, each.image, each.release) for each in bumps)
    known = release.placeholders
    pins = reference_edit.pinned((pin for pin in config.pins if not pin.if_present), known)
    maybe = reference_edit.pinned((pin for pin in config.pins if pin.if_present), known)
    pins += tuple(pin for each in bumps for pin in operators.pins(each))
    parameters = reference_edit.set_by_name(config.parameters, known)
    return ReferenceEdit(images, pins, parameters, leave_alone=config.left_alone, pins_if_present=maybe)
