"""What holds for every image_tags.yaml and every change of it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import assume, given, settings, strategies

from releasing.changes.reference_edit import escaped
from releasing.errors import PreconditionError, ReleaseError
from releasing.image import RELEASE_TAG, ImagePattern
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, dump, parse
from releasing.image_tags.row_changes import Changed, with_builds, with_tag
from releasing.image_tags.row_text import save
from releasing.image_tags.validation import holders, problems

pytestmark = pytest.mark.interpreter

TAGS = [
    "latest",
    "1.10",
    "on",
    "v20180707-5a11c84d",
    "v20180723-01234567",
    "v0.2.1",
    "v0.2.10",
    "v0.2.1-rc.0",
]
NAMES = [f"gcr.io/p/{name}" for name in ("b", "a", "a-b", "a/b", "katib/c", "tensorflow-1.8.0-notebook-cpu")]
TAG = "v0.2.1"

digests = strategies.integers(0, 7).map(lambda number: f"sha256:{number:064x}")
zones = strategies.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = strategies.none() | strategies.datetimes(datetime(2017, 1, 1), datetime(2020, 1, 1), timezones=zones)
versions = strategies.builds(
    TaggedDigest,
    digests,
    strategies.lists(strategies.sampled_from(TAGS), unique=True, max_size=3).map(tuple),
    times,
)


@strategies.composite
def images(draw: strategies.DrawFn, name: str = "") -> ImageRow:
    """An image as a valid file has it: no digest and no release tag twice."""
    rows: list[TaggedDigest] = []
    for row in draw(strategies.lists(versions, min_size=1, max_size=4, unique_by=lambda row: row.digest)):
        taken = {tag for other in rows for tag in other.tags if RELEASE_TAG.fullmatch(tag)}
        rows.append(
            TaggedDigest(row.digest, tuple(tag for tag in row.tags if tag not in taken), row.timestamp)
        )
    return ImageRow(name or draw(strategies.sampled_from(NAMES)), tuple(rows))


def lists_of_images(least: int) -> strategies.SearchStrategy[tuple[ImageRow, ...]]:
    return strategies.lists(images(), min_size=least, max_size=4, unique_by=lambda image: image.name).map(
        tuple
    )


files = lists_of_images(1).map(ImageTags)
maybe_sorted = strategies.booleans().flatmap(
    lambda wanted: files.map(lambda tags: tags.ordered() if wanted else tags)
)


def rows(tags: ImageTags) -> list[tuple[str, TaggedDigest]]:
    return [(image.name, version) for image in tags.images for version in image.versions]


def written(before: ImageTags, changed: Changed) -> bytes:
    """The file after the change; the same change of that file writes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image_tags.yaml")
        path.write_bytes(dump(before))
        stat = path.stat()
        wrote = save(path, before, changed.tags)
        after = path.stat()
        same = (stat.st_ino, stat.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
        assert wrote != same
        assert wrote == (before != changed.tags)
        return path.read_bytes()


def blocks(content: bytes) -> Iterator[str]:
    """The text of each row, with its image's name."""
    for image in re.split(r"^- ", content.decode(), flags=re.MULTILINE)[1:]:
        name, *versions = re.split(r"^  - digest", image, flags=re.MULTILINE)
        yield from (name + version for version in versions)


def doubled(before: ImageTags, builds: tuple[ImageRow, ...]) -> Iterator[str]:
    """The release tags that builds would bring to another digest than the file has them on."""
    for build in builds:
        known = {image.name: image for image in before.images}.get(build.name, ImageRow(build.name, ()))
        listed = {version.digest for version in known.versions}
        for version in build.versions:
            if version.digest not in listed:
                yield from (tag for tag in version.tags if RELEASE_TAG.fullmatch(tag) and holders(known)[tag])


@settings(deadline=None)
@given(maybe_sorted, lists_of_images(0))
def test_listing_builds_adds_rows_and_leaves_every_other_byte(
    before: ImageTags, builds: tuple[ImageRow, ...]
) -> None:
    if [*doubled(before, builds)]:
        with pytest.raises(PreconditionError, match="would be on two digests"):
            with_builds(before, builds)
        return
    content = written(before, changed := with_builds(before, builds))
    after = parse(content, "after")
    assert after == changed.tags
    assert problems(after, "after") == []
    assert before != before.ordered() or after == after.ordered()
    old, remaining = [*blocks(dump(before))], [*blocks(content)]
    assert [block for block in remaining if block in old] == old
    known = {(name, version.digest) for name, version in rows(before)}
    added = {(image.name, each.digest) for image in builds for each in image.versions} - known
    assert {(name, version.digest) for name, version in rows(after)} == known | added
    assert written(after, with_builds(after, builds)) == content


@settings(deadline=None)
@given(maybe_sorted, strategies.data(), strategies.booleans())
def test_a_tag_is_on_exactly_the_build_that_was_meant_and_no_other_row_differs(
    before: ImageTags, data: strategies.DataObject, may_move: bool
) -> None:
    image = data.draw(strategies.sampled_from(before.images))
    build = data.draw(strategies.sampled_from([tag for each in image.versions for tag in each.tags] or [""]))
    assume(build and len(holders(image)[build]) == 1)
    wanted, holding = holders(image)[build][0], holders(image).get(TAG, [])
    pattern = ImagePattern.parse(f"{escaped(image.name)}:{escaped(build)}")
    allowed = re.compile(f"{escaped(image.name)}:{escaped(TAG)}") if may_move else None
    if not may_move and holding not in ([], [wanted]):
        with pytest.raises(PreconditionError, match="would move to another digest"):
            with_tag(before, pattern, TAG, allowed)
        return
    content = written(before, changed := with_tag(before, pattern, TAG, allowed))
    after = parse(content, "after")
    assert problems(after, "after") == []
    assert before != before.ordered() or after == after.ordered()
    (now,) = (each for each in after.images if each.name == image.name)
    assert [version.digest for version in holders(now)[TAG]] == [wanted.digest]
    touched = {(image.name, version.digest) for version in (wanted, *holding)}
    old, new = dump(before), dump(changed.tags)
    for (place, one), other in zip(zip(rows(before), blocks(old), strict=True), blocks(new), strict=True):
        assert one == other or (place[0], place[1].digest) in touched
    assert written(after, with_tag(after, pattern, TAG, allowed)) == content


@settings(deadline=None)
@given(files, strategies.sampled_from([".*:.*", ".*:latest", "gcr.io/p/a:.*", ".*/b:v0.2.1", "x:y"]))
def test_a_tag_is_set_where_one_build_of_each_image_is_meant_or_nowhere(before: ImageTags, text: str) -> None:
    after, pattern = before, ImagePattern.parse(text)
    with suppress(ReleaseError):
        after = with_tag(before, pattern, TAG).tags
    assert after == before or all(len(image.versions) == 1 for image in before.selected(pattern).images)
    assert problems(after, "after") == []
    assert [version.digest for _, version in rows(after)] == [version.digest for _, version in rows(before)]
