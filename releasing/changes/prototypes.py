"""The change of the release branch: every reference at the release's tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.changes import operators, reference_edit
from releasing.changes.reference_edit import ReferenceEdit

if TYPE_CHECKING:
    from collections.abc import Collection

    from releasing.changes.pull_requests import Change
    from releasing.release import Release

STEP = "update-prototypes"


def has_references(release: Release) -> bool:
    """Whether files of the release branch contain references that change with the release."""
    config = release.config
    return bool(release.images or config.operators or config.pins or config.parameters)


def change(release: Release, _build_tag: str = "") -> Change:
    """The pull request into the release branch: released images, operators, and the pins of release.yaml.

    All are in one change: Kubeflow shipped releases whose update was merged only into the default branch.
    """
    text = (
        f"Use the images of {release.image_tag}",
        f"Every reference to a released image is at {release.image_tag}, for {release.tag}.",
    )
    return reference_edit.change(release, STEP, release.branch, text, edit(release))


def edit(release: Release, of: Collection[str] = ("candidate", "final", "both")) -> ReferenceEdit:
    """The references that the tree of a release must have: images, and the pins and parameters set on `of`."""
    config = release.config
    bumps = config.operators.values()
    images = reference_edit.rules(release, config.images, release.image_tag)
    images += tuple(reference_edit.rule(release, each.image, each.release) for each in bumps)
    known = [*reference_edit.known_of(release, (pin for pin in config.pins if pin.on in of))]
    pins = reference_edit.pinned(each for each in known if not each[0].if_present)
    maybe = reference_edit.pinned(each for each in known if each[0].if_present)
    pins += tuple(pin for each in bumps for pin in operators.pins(each))
    named = reference_edit.known_of(release, (each for each in config.parameters if each.on in of))
    parameters = reference_edit.set_by_name(named)
    return ReferenceEdit(images, pins, parameters, leave_alone=config.left_alone, pins_if_present=maybe)
