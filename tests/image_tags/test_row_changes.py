"""Listing builds and setting tags in image_tags.yaml."""

from __future__ import annotations

import re

import pytest

from releasing.errors import PreconditionError, UsageError
from releasing.image import ImagePattern
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, load
from releasing.image_tags.row_changes import with_builds, with_tag
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter

REAL = DATA / "image_tags" / "a17d1955e802bd5b1e78547fff138c8de18e6da4.yaml"
CPU = "gcr.io/kubeflow-images-public/tensorflow-1.8.0-notebook-cpu"
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
BUILD = ImagePattern.parse(".*/tensorflow-.*:v20180707-5a11c84d")


def carriers(tags: ImageTags, name: str, tag: str) -> list[str]:
    return [v.digest for image in tags.images if image.name == name for v in image.versions if tag in v.tags]


def test_a_tag_that_may_move_is_taken_off_the_older_build() -> None:
    before = load(REAL)
    new, old = carriers(before, CPU, "v20180707-5a11c84d"), carriers(before, CPU, "v0.2.0")
    changed = with_tag(before, BUILD, "v0.2.0", re.compile(r".*/tensorflow-.*:v0\.2\.0"))
    assert carriers(changed.tags, CPU, "v0.2.0") == new
    assert f"moved       {CPU}:v0.2.0 from {old[0]} to {new[0]}" in changed.lines


def test_setting_a_tag_twice_changes_nothing_the_second_time() -> None:
    once = with_tag(load(REAL), BUILD, "v0.2.2").tags
    assert with_tag(once, BUILD, "v0.2.2").tags == once


@pytest.mark.parametrize("allowed", [None, re.compile("v0.2.0"), re.compile(".*-gpu:v0.2.0")])
def test_a_tag_that_may_not_move_stays(allowed: re.Pattern[str] | None) -> None:
    with pytest.raises(PreconditionError, match=f"{CPU}:v0.2.0 from sha256:") as raised:
        with_tag(load(REAL), BUILD, "v0.2.0", allowed)
    assert ("-gpu:v0.2.0" in raised.value.message) == (allowed is None or allowed.pattern == "v0.2.0")
    assert "--allow-move" in raised.value.hint


def test_several_matching_builds_of_one_image_are_an_error_with_the_candidates() -> None:
    with pytest.raises(UsageError, match=r"several versions") as raised:
        with_tag(load(REAL), ImagePattern.parse(".*:latest"), "v0.2.2")
    assert "v20180619-c79194b3" in raised.value.message
    assert "v20180707-5a11c84d" in raised.value.message


def test_two_matching_tags_on_one_build_are_one_build() -> None:
    tags = ImageTags((ImageRow(CPU, (TaggedDigest(A, ("latest", "v1")),)),))
    assert (
        with_tag(tags, ImagePattern.parse(".*:.*"), "v0.2.2").tags.images[0].versions[0].tags[-1] == "v0.2.2"
    )


@pytest.mark.parametrize("pattern", [".*:v9", "nothing:.*"])
def test_no_match_is_an_error_with_the_candidates(pattern: str) -> None:
    with pytest.raises(UsageError, match=CPU):
        with_tag(load(REAL), ImagePattern.parse(pattern), "v0.2.2")


def test_a_malformed_tag_is_refused() -> None:
    with pytest.raises(UsageError, match="not an image tag"):
        with_tag(load(REAL), BUILD, "v0.2.1 ")


def test_only_builds_that_are_not_listed_are_added() -> None:
    tags = ImageTags((ImageRow(CPU, (TaggedDigest(A, ("v1",)),)),))
    builds = [
        ImageRow(CPU, (TaggedDigest(A, ("v1", "latest")), TaggedDigest(B, ("v2",)))),
        ImageRow("gcr.io/a/b", ()),
    ]
    changed = with_builds(tags, builds)
    assert changed.tags == ImageTags((ImageRow(CPU, (TaggedDigest(A, ("v1",)), TaggedDigest(B, ("v2",)))),))
    assert [line.split()[0] for line in changed.lines] == ["already", "added", "left"]


def test_a_build_that_would_double_a_release_tag_is_refused() -> None:
    tags = ImageTags((ImageRow(CPU, (TaggedDigest(A, ("v0.2.1",)),)),))
    with pytest.raises(PreconditionError, match=f"{A} in the file, and on {B} in the registry"):
        with_builds(tags, [ImageRow(CPU, (TaggedDigest(B, ("v0.2.1", "v2")),))])


def test_a_release_tag_that_may_move_goes_to_the_build_that_the_registry_has_it_on() -> None:
    tags = ImageTags((ImageRow(CPU, (TaggedDigest(A, ("v0.2.1", "v1")),)),))
    builds = [ImageRow(CPU, (TaggedDigest(B, ("v0.2.1", "v2")),))]
    for allowed in (re.compile("v0.2.1"), re.compile(".*/other:v0.2.1")):
        with pytest.raises(PreconditionError, match="on two digests"):
            with_builds(tags, builds, allowed)
    changed = with_builds(tags, builds, re.compile(r".*-cpu:v0\.2\.1"))
    assert {each.digest: each.tags for each in changed.tags.images[0].versions} == {
        A: ("v1",),
        B: ("v0.2.1", "v2"),
    }
    assert f"moved       {CPU}:v0.2.1 from {A} to {B}" in changed.lines
