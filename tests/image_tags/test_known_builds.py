"""Builds that are listed get the tags that they have in the registry."""

from __future__ import annotations

import pytest

from releasing.errors import PreconditionError
from releasing.image import ImagePattern
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest
from releasing.image_tags.known_builds import with_matching_tags

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")
PATTERN = ImagePattern.parse("r/x:v0.2.1")


def tags(*versions: tuple[str, tuple[str, ...]]) -> ImageTags:
    return ImageTags((ImageRow("r/x", tuple(TaggedDigest(*each) for each in versions)),))


def there(*versions: tuple[str, tuple[str, ...]]) -> tuple[ImageRow, ...]:
    return tags(*versions).images


def test_only_matching_tags_of_listed_builds_are_added() -> None:
    before = tags((ONE, ("v1-a",)))
    found = there((ONE, ("v1-a", "v0.2.1", "latest")), (TWO, ("v0.2.1x",)))
    assert with_matching_tags(before, found, PATTERN) == tags((ONE, ("v1-a", "v0.2.1")))


def test_what_is_tagged_stays_as_it_is() -> None:
    before = tags((ONE, ("v0.2.1", "v1-a")), (TWO, ("v1-b",)))
    assert with_matching_tags(before, there((ONE, ("v0.2.1",))), PATTERN) == before


def test_a_release_tag_does_not_come_onto_a_second_digest() -> None:
    before = tags((ONE, ("v0.2.1",)), (TWO, ("v1-b",)))
    with pytest.raises(PreconditionError, match=f"r/x:v0.2.1 is on {ONE} and {TWO}"):
        with_matching_tags(before, there((TWO, ("v0.2.1",))), PATTERN)
