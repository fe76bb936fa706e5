"""Tags of the registry for builds that image_tags.yaml lists without them, such as the release of an operator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from releasing.errors import PreconditionError
from releasing.image import RELEASE_TAG, ImagePattern
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest
from releasing.image_tags.validation import holders


def with_matching_tags(tags: ImageTags, builds: Iterable[ImageRow], pattern: ImagePattern) -> ImageTags:
    """The tags of `builds` that `pattern` matches, added to the listed versions of the same digests.

    Raises PreconditionError when a release tag would be on two digests of one image.
    """
    there = {
        (build.name, version.digest): [tag for tag in version.tags if pattern.takes_tag(tag)]
        for build in builds
        for version in build.versions
    }
    images = tuple(_completed(image, there) for image in tags.images)
    before = {image.name: holders(image) for image in tags.images}
    twice = [
        f"  {image.name}:{tag} is on {' and '.join(version.digest for version in versions)}"
        for image in images
        for tag, versions in holders(image).items()
        if RELEASE_TAG.fullmatch(tag) and len(versions) > max(1, len(before[image.name].get(tag, ())))
    ]
    if twice:
        raise PreconditionError(
            "a release tag would be on two digests of one image:\n" + "\n".join(twice),
            "remove the tag from one of them, in the registry or in the file",
        )
    return replace(tags, images=images)


def _completed(image: ImageRow, there: dict[tuple[str, str], list[str]]) -> ImageRow:
    def completed(version: TaggedDigest) -> TaggedDigest:
        more = [tag for tag in there.get((image.name, version.digest), ()) if tag not in version.tags]
        return replace(version, tags=(*version.tags, *more)) if more else version

    return replace(image, versions=tuple(map(completed, image.versions)))
