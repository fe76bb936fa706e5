"""Problems in image_tags.yaml, each as a sentence that begins with FILE:LINE."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from releasing.errors import ConfigError, PreconditionError, UsageError
from releasing.image import DIGEST, RELEASE_TAG, TAG, ImageName
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest


def problems(tags: ImageTags, where: str, *, every_tag: bool = False) -> list[str]:
    """Find wrong names, digests and tags, repeated versions, and a tag of one image on two digests.

    A tag on two digests is a problem for release tags only, unless `every_tag`: old rows may still list `latest`.
    """
    found: list[str] = []
    for image in tags.images:
        found += _name_problems(image, where)
        for version in image.versions:
            found += _version_problems(image, version, where)
        found += _repeated_digests(image, where)
        found += _repeated_tags(image, where, every_tag)
    return found


def require_valid(before: ImageTags, after: ImageTags, where: str) -> None:
    """Raise ConfigError when `after` has problems that `before`, the file, has; PreconditionError for new ones."""
    found = problems(after, where)
    if not found:
        return
    hint = f"update_image_tags.py {where} check lists all problems; nothing was written"
    old = {*problems(before, where)}
    if known := [each for each in found if each in old]:
        raise ConfigError("\n".join(known), f"correct that first: {hint}")
    raise PreconditionError("what would be written is not valid:\n" + "\n".join(found), hint)


def holders(image: ImageRow) -> dict[str, list[TaggedDigest]]:
    """Give the versions that have each tag of `image`."""
    found: dict[str, list[TaggedDigest]] = defaultdict(list)
    for version in image.versions:
        for tag in dict.fromkeys(version.tags):
            found[tag].append(version)
    return found


def missing(tags: ImageTags, where: str, names: Iterable[str], tag: str | None) -> list[str]:
    """Find the expected images that the file does not list, or lists without `tag`."""
    listed = {image.name: image for image in tags.images}
    found = []
    for name in names:
        if name not in listed:
            found.append(f"{where}:1: {name} is not listed")
        elif tag is not None and not any(tag in version.tags for version in listed[name].versions):
            have = ", ".join(sorted({tag for version in listed[name].versions for tag in version.tags}))
            found.append(f"{where}:{listed[name].line}: {name} has no tag {tag}; it has: {have or 'none'}")
    return found


def _at(where: str, line: int, image: ImageRow) -> str:
    """FILE:LINE, or the image whose row is only to be written."""
    return f"{where}:{line}" if line else f"{where}: {image.name!r}"


def _name_problems(image: ImageRow, where: str) -> Iterator[str]:
    try:
        ImageName.parse(image.name)
    except UsageError as error:
        yield f"{_at(where, image.line, image)}: {error.message}"


def _version_problems(image: ImageRow, version: TaggedDigest, where: str) -> Iterator[str]:
    place = _at(where, version.line, image)
    if not DIGEST.fullmatch(version.digest):
        count = len(version.digest.removeprefix("sha256:"))
        expected = "sha256: and 64 lower-case hexadecimal digits"
        shown = version.digest if version.digest.isprintable() else repr(version.digest)
        yield f"{place}: digest {shown} is not {expected} (it has {count})"
    for tag in version.tags:
        if not TAG.fullmatch(tag):
            yield f"{place}: {tag!r} is not a tag (letters, digits, _ . -; at most 128)"
    for tag in sorted({tag for tag in version.tags if version.tags.count(tag) > 1}):
        yield f"{place}: tag {tag} is listed twice on {version.digest}"


def _repeated_digests(image: ImageRow, where: str) -> Iterator[str]:
    first: dict[str, int] = {}
    for version in image.versions:
        if version.digest in first:
            yield (
                f"{_at(where, version.line, image)}: {image.name}: {version.digest} is already listed "
                f"at line {first[version.digest]}"
            )
        first.setdefault(version.digest, version.line)


def _repeated_tags(image: ImageRow, where: str, every_tag: bool) -> Iterator[str]:
    for tag, versions in holders(image).items():
        if every_tag or RELEASE_TAG.fullmatch(tag):
            for before, version in pairwise(versions):
                yield (
                    f"{_at(where, version.line, image)}: {image.name}:{tag} is on {version.digest}, "
                    f"and at line {before.line} on {before.digest}"
                )
