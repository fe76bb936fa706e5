"""Changes of image_tags.yaml: add the builds in a registry, and set a tag on one build of each image."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from releasing.errors import PreconditionError, UsageError
from releasing.image import RELEASE_TAG, TAG, ImagePattern
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest
from releasing.image_tags.validation import holders


@dataclass(frozen=True)
class Changed:
    """The file after a change, and the lines to show, one per image or build."""

    tags: ImageTags
    lines: tuple[str, ...]


def with_builds(
    tags: ImageTags, builds: Iterable[ImageRow], allow_move: re.Pattern[str] | None = None
) -> Changed:
    """Add the versions of `builds` whose digests are not listed; listed ones keep their tags, but for moved ones.

    Raises PreconditionError when that would put a release tag on two digests of one image, and `allow_move` does not
    match the whole of NAME:TAG.
    """
    conflicts: list[str] = []
    lines: list[str] = []
    for build in builds:
        known = next((image for image in tags.images if image.name == build.name), ImageRow(build.name, ()))
        listed = {version.digest for version in known.versions}
        added = tuple(version for version in build.versions if version.digest not in listed)
        twice = _twice(known, added)
        moved = [each for each in twice if allow_move and allow_move.fullmatch(f"{build.name}:{each[0]}")]
        conflicts += [_conflict(build, each) for each in twice if each not in moved]
        lines += [
            _line(build, version, "already" if version.digest in listed else "added")
            for version in build.versions
        ]
        for version in added:
            known = known.with_version(version)
        for tag, before, version in moved:
            known = _moved(known, version.digest, tag)
            lines.append(f"moved       {build.name}:{tag} from {before.digest} to {version.digest}")
        tags = tags.with_image(known) if added else tags
        if not build.versions:
            lines.append(f"left alone  {build.name}: no tag matches")
    if conflicts:
        raise PreconditionError(
            "a release tag would be on two digests of one image:\n" + "\n".join(conflicts),
            "name the tags that may move: --allow-move NAME_RE:TAG_RE; or take the tag off one of them",
        )
    return Changed(tags, tuple(lines))


def with_tag(
    tags: ImageTags, pattern: ImagePattern, tag: str, allow_move: re.Pattern[str] | None = None
) -> Changed:
    """Set `tag` on the version of each image that `pattern` matches; nothing else changes.

    Raises UsageError when no version, or several versions of one image, match; PreconditionError when the tag
    is on another digest and `allow_move` does not match the whole of NAME:TAG.
    """
    if not TAG.fullmatch(tag):
        raise UsageError(f"--tag {tag!r} is not an image tag (letters, digits, '_', '.', '-'; at most 128)")
    chosen = {image.name: image for image in tags.selected(pattern).images}
    if not chosen:
        raise nothing_matches(tags, pattern)
    _refuse_several(tags, chosen, pattern)
    targets = {name: image.versions[0].digest for name, image in chosen.items()}
    moves = _moves(tags, targets, tag)
    refused = [
        move for name, move in moves.items() if not (allow_move and allow_move.fullmatch(f"{name}:{tag}"))
    ]
    if refused:
        raise PreconditionError(
            "the tag would move to another digest:\n" + "\n".join(f"  {move}" for move in refused),
            "name the tags that may move: --allow-move NAME_RE:TAG_RE",
        )
    images, lines = [], []
    for image in tags.images:
        after = _moved(image, targets[image.name], tag) if image.name in targets else image
        images.append(after)
        if image.name in moves:
            lines.append(f"moved       {moves[image.name]}")
        elif image.name in targets:
            lines.append(
                f"{'already' if after == image else 'tagged':<10}  {image.name}:{tag} on {targets[image.name]}"
            )
        elif pattern.takes_name(image.name):
            lines.append(f"left alone  {image.name}: no tag matches")
    return Changed(ImageTags(tuple(images)), tuple(lines))


def nothing_matches(tags: ImageTags, pattern: ImagePattern) -> UsageError:
    """The error that `pattern` matches nothing, with the tags of the images whose names match."""
    named = [image for image in tags.images if pattern.takes_name(image.name)]
    if not named:
        names = "\n".join(f"  {image.name}" for image in tags.images)
        return UsageError(f"no image name matches {pattern.name.pattern!r}; known names:\n{names}")
    have = "\n".join(
        f"  {image.name}: {', '.join(version.tags) or 'no tag'}"
        for image in named
        for version in image.versions
    )
    return UsageError(f"no tag matches {pattern.tag.pattern!r}; known tags:\n{have}")


def _line(image: ImageRow, version: TaggedDigest, what: str) -> str:
    return f"{what:<10}  {image.name}@{version.digest} ({', '.join(version.tags)})"


def _twice(known: ImageRow, added: tuple[TaggedDigest, ...]) -> list[tuple[str, TaggedDigest, TaggedDigest]]:
    """The release tags that `added` would put on a second digest, each with the listed build and the other."""
    return [
        (tag, before, version)
        for tag, versions in holders(known).items()
        if RELEASE_TAG.fullmatch(tag)
        for before in versions
        for version in added
        if tag in version.tags
    ]


def _conflict(image: ImageRow, twice: tuple[str, TaggedDigest, TaggedDigest]) -> str:
    tag, before, version = twice
    return f"  {image.name}:{tag} is on {before.digest} in the file, and on {version.digest} in the registry"


def _refuse_several(tags: ImageTags, chosen: dict[str, ImageRow], pattern: ImagePattern) -> None:
    several = [
        f"  {image.name}: {version.digest} ({', '.join(version.tags)})"
        for image in tags.images
        if image.name in chosen and len(chosen[image.name].versions) > 1
        for version in image.versions
        if any(map(pattern.takes_tag, version.tags))
    ]
    if several:
        raise UsageError(
            f"{str(pattern)!r} matches several versions of one image:\n" + "\n".join(several),
            "narrow TAG_RE so that it matches the tag of one build",
        )


def _moves(tags: ImageTags, targets: dict[str, str], tag: str) -> dict[str, str]:
    """The moves of `tag` from another digest, by image."""
    return {
        image.name: f"{image.name}:{tag} from {version.digest} to {targets[image.name]}"
        for image in tags.images
        if image.name in targets
        for version in image.versions
        if tag in version.tags and version.digest != targets[image.name]
    }


def _moved(image: ImageRow, digest: str, tag: str) -> ImageRow:
    return replace(
        image, versions=tuple(_set(version, tag, version.digest == digest) for version in image.versions)
    )


def _set(version: TaggedDigest, tag: str, wanted: bool) -> TaggedDigest:
    if (tag in version.tags) == wanted:
        return version
    kept = tuple(other for other in version.tags if other != tag)
    return replace(version, tags=(*kept, tag) if wanted else kept)
