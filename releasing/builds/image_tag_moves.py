"""Image tags that a candidate could only get by a move, reported before anything is built or opened.

Candidates of a version share its image tag, so the next candidate takes the tag from the previous one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import identity
from releasing.changes import image_tags_edit
from releasing.changes.reference_edit import escaped
from releasing.config import registries
from releasing.errors import ConfigError, PreconditionError, ReleaseError
from releasing.image import movable

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def require_named(release: Release, sh: StepShell) -> None:
    """Raise PreconditionError when a candidate's image tag is on another build and no move of it is named."""
    if text := unnamed(release, sh):
        tag = escaped(release.image_tag)
        raise PreconditionError(
            text, f"if this candidate may take them, repeat the same command with --allow-move '.*:{tag}'"
        )


def unnamed(release: Release, sh: StepShell) -> str:
    """Which image tags of the version are on another build than the candidate's and may not move; empty without any.

    They are in the registry, or in image_tags.yaml, where update-image-tags would move them. The images of a tagged
    candidate no longer change. When the registry cannot be read before the login, apply-image-tags refuses such a
    move later.
    """
    if not release.images or release.origin(sh).commit_of(f"refs/tags/{release.candidate.tag}"):
        return ""
    try:
        there = registries.digests(release.images, release.image_tag, sh.environment)
    except ReleaseError:
        return ""
    allowed = movable(release.allow_move or None)
    now = _listed(release, sh) | {image: digest for image, digest in there.items() if digest}
    tagged = {
        image: digest
        for image, digest in now.items()
        if not (allowed and allowed.fullmatch(f"{image}:{release.image_tag}"))
    }
    build = identity.known_tag(release, sh) if tagged else None
    others = {image: tag for image, tag in release.other_builds.items() if image in tagged}
    own = [image for image in tagged if image not in others]
    built = registries.digests(own, build, sh.environment) if build and own else {}
    for image, tag in others.items():
        built[image] = registries.digest(image, tag, sh.environment)
    moves = [
        f"\n  {image}:{release.image_tag} from {digest} to {built.get(image) or 'a build to come'}"
        + ("" if there[image] else f" (in {release.config.image_tags})")
        for image, digest in tagged.items()
        if digest != built.get(image)
    ]
    return f"{release.candidate.tag} would move these image tags:{''.join(moves)}" if moves else ""


def _listed(release: Release, sh: StepShell) -> dict[str, str]:
    """The digests at the release's tag in image_tags.yaml of the default branch; none when it cannot be read."""
    if not release.config.image_tags:
        return {}
    try:
        return image_tags_edit.digests(release, sh, f"origin/{release.config.default_branch}")
    except ConfigError:
        return {}  # check-files says what is wrong with it
