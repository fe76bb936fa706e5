"""Updating ksonnet prototypes with docker image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import identity
from releasing.changes import image_tags_edit, prototypes, pull_requests
from releasing.config import registries
from releasing.gates import unlisted_images
from releasing.runbook.step import Finding, met, proposal, step, unmet
from releasing.steps.build_images import build_images
from releasing.steps.cut_branch import cut_branch
from releasing.steps.update_bootstrapper import update_bootstrapper
from releasing.steps.update_operator import update_operator

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def has_images(release: Release) -> bool:
    """Whether the project builds images at all."""
    return bool(release.images)


@step(
    needs=(update_operator, build_images, update_bootstrapper, cut_branch),
    when=prototypes.has_references,
)
def update_prototypes(release: Release, sh: StepShell) -> None:
    """Update image references to the release's tag, in a new branch.

    References are selected by the image's name, whatever their old tag is. The operators are updated as well, and so
    is what release.yaml lists under `pins` and `parameters`. `open-release-pr` proposes the branch.
    """
    pull_requests.push(release, sh, prototypes.change(release))


@update_prototypes.verified_by
def prototypes_are_on_a_branch(release: Release, sh: StepShell) -> Finding:
    """Origin has the branch with the update, or the release branch names every image at the release's tag."""
    change = prototypes.change(release)
    commit = pull_requests.at(release, sh, change)
    if commit and not pull_requests.is_empty(release, sh, change, commit):
        return met(f"{release.head(change.step)} is at {commit[:12]}")
    return pull_requests.proposed(release, sh, change)


@proposal(change=image_tags_edit.change)
@step(needs=(update_prototypes,), when=has_images)
def update_image_tags(release: Release, sh: StepShell) -> None:
    """Record the release's tag of the built digests in image_tags.yaml.

    The file belongs to the default branch, which gets a pull request. A tag that is on an older build of this version
    stays there, unless --allow-move names it.
    """
    tag = identity.build_tag(release, sh)
    pull_requests.propose(release, sh, image_tags_edit.change(release, tag))
    sh.run(release.origin(sh).fetch())


@update_image_tags.verified_by
def image_tags_are_proposed(release: Release, sh: StepShell) -> Finding:
    """The file on the default branch, or in a pull request, lists the release's tag of every image that was built and
    of every other image of the project that the updated prototypes refer to."""
    tag = identity.known_tag(release, sh)
    if tag is None:
        return unmet("nothing is built yet")
    listed = pull_requests.proposed(release, sh, image_tags_edit.change(release, tag))
    if not listed.holds:
        return listed
    faults = image_tags_edit.faults(release, sh, f"origin/{_listing(release, sh)}")
    missing = faults[0] if faults else unlisted_images.proposed(release, sh)
    return unmet(missing) if missing else listed


@step(needs=(update_image_tags,), irreversible=True, when=has_images)
def apply_image_tags(release: Release, sh: StepShell) -> None:
    """Tag the images in the registry as image_tags.yaml says.

    A release tag that is on another digest is not moved, unless --allow-move names it.
    """
    scratch = pull_requests.clone(release, sh, apply_image_tags.name, _listing(release, sh))
    apply = sh["apply_image_tags.py"]["--images-file", f"{scratch}/{release.config.image_tags}"]
    apply = apply["--pattern", image_tags_edit.pattern(release.images, release.image_tag)]
    sh.run(apply["--allow-move", release.allow_move] if release.allow_move else apply)


@apply_image_tags.verified_by
def tags_are_on_their_digests(release: Release, sh: StepShell) -> Finding:
    """In the registry, the release's tag of each image is on the digest that image_tags.yaml names."""
    listing = f"origin/{_listing(release, sh)}"
    wanted = image_tags_edit.digests(release, sh, listing) if release.origin(sh).has(listing) else {}
    unlisted = [image for image in release.images if image not in wanted]
    if unlisted:
        return unmet(f"image_tags.yaml has no {release.image_tag} for {', '.join(unlisted)}")
    there = registries.digests(release.images, release.image_tag, sh.environment)
    wrong = [
        f"{image}:{release.image_tag} is {there[image] or 'absent'}, not {digest}"
        for image, digest in wanted.items()
        if there[image] != digest
    ]
    if wrong:
        return unmet("; ".join(wrong))
    return met(f"{len(wanted)} images are tagged {release.image_tag} in the registry")


def _listing(release: Release, sh: StepShell) -> str:
    """The branch whose image_tags.yaml counts: the change's own, until the default branch has it."""
    change = image_tags_edit.change(release, identity.known_tag(release, sh) or "")
    if sh.needed(lambda: not pull_requests.is_settled(release, sh, change)):
        return release.head(change.step)
    return change.base
