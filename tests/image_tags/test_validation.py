"""The real errors of Kubeflow's image_tags.yaml are found."""

from __future__ import annotations

from collections import Counter

import pytest

from releasing.errors import ConfigError, PreconditionError
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, load
from releasing.image_tags.validation import holders, missing, problems, require_valid
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter

FILES = DATA / "image_tags"
RUNBOOK = "380a9822164d9ce73e9ba6a1e3307d1af1770fc4.yaml"
NEWEST = "6fb8af8812c415099908bf2b37bee016e23e3ca4.yaml"
NAME = "gcr.io/kubeflow-images-public/tf_operator"
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def found(*versions: TaggedDigest, every_tag: bool = False) -> list[str]:
    return problems(ImageTags((ImageRow(NAME, versions, 2),)), "f", every_tag=every_tag)


def test_the_digest_of_63_digits_is_found_in_each_file_that_has_it() -> None:
    short = "sha256:9007f398a8da9287e4693f7cb01e711c94d1404e8bf91885837fdd5fe3cca35"
    for path in FILES.glob("*.yaml"):
        lines = [number for number, line in enumerate(path.read_text().splitlines(), 1) if short in line]
        said = problems(load(path), path.name)
        expected = f"digest {short} is not sha256: and 64 lower-case hexadecimal digits (it has 63)"
        assert said == [f"{path.name}:{line}: {expected}" for line in lines]


def test_the_notebook_that_users_were_offered_and_nobody_listed_is_found() -> None:
    name = "gcr.io/kubeflow-images-public/tensorflow-1.4.1-notebook-gpu"
    said = missing(load(FILES / NEWEST), "f", [name], "v0.2.0")
    assert len(said) == 1
    assert f"{name} has no tag v0.2.0; it has: " in said[0]
    assert missing(load(FILES / NEWEST), "f", [name, "gcr.io/a/b"], "v0.3.0") == [
        "f:1: gcr.io/a/b is not listed"
    ]


def test_a_release_tag_on_two_digests_is_found() -> None:
    said = found(TaggedDigest(A, ("v0.2.1",), None, 4), TaggedDigest(B, ("v0.2.1",), None, 9))
    assert said == [f"f:9: {NAME}:v0.2.1 is on {B}, and at line 4 on {A}"]


def test_latest_on_two_or_three_digests_of_nine_images_is_found_when_every_tag_counts() -> None:
    """Nobody took it off an older build: nine images on two digests at v0.2.1; later ten, most on three."""
    for name, counts in {
        RUNBOOK: {2: 9},
        NEWEST: {2: 1, 3: 9},
    }.items():
        tags = load(FILES / name)
        held = Counter(len(holders(image).get("latest", [])) for image in tags.images)
        assert {size: count for size, count in held.items() if size > 1} == counts
        said = [line for line in problems(tags, name, every_tag=True) if ":latest is on " in line]
        assert len(said) == sum(count * (size - 1) for size, count in counts.items())
        assert not any("latest" in line for line in problems(tags, name))


def test_what_the_old_scripts_left_out_of_a_row_is_no_problem() -> None:
    """Rows without a time, and without a build's tag, were typed by hand."""
    rows = [version for image in load(FILES / NEWEST).images for version in image.versions]
    assert sum(version.timestamp is None for version in rows) == 12
    assert sum(not any(tag.startswith("v20") for tag in version.tags) for version in rows) == 55
    assert found(TaggedDigest(A, ("v0.3.0",)), TaggedDigest(B, ())) == []


def test_images_that_users_were_given_and_nobody_ever_listed_are_found() -> None:
    """What the files of v0.2.0 and v0.2.1 named, at those tags."""
    prefix = "gcr.io/kubeflow-images-public/"
    for tag, names in {
        "v0.2.0": ["bootstrapper", "modeldb-backend", "katib-frontend", "katib-vizier-core"],
        "v0.2.1": ["centraldashboard"],
    }.items():
        said = missing(load(FILES / RUNBOOK), "f", [prefix + name for name in names], tag)
        assert said == [f"f:1: {prefix}{name} is not listed" for name in names]


def test_a_longer_version_does_not_stand_for_a_shorter_one() -> None:
    """The old scripts matched beginnings, so that v0.2.10 would have passed for v0.2.1."""
    tags = ImageTags((ImageRow(NAME, (TaggedDigest(A, ("v0.2.10",)),), 2),))
    assert missing(tags, "f", [NAME], "v0.2.1") == [f"f:2: {NAME} has no tag v0.2.1; it has: v0.2.10"]
    assert missing(tags, "f", [NAME], "v0.2.10") == []


def test_latest_on_two_digests_counts_only_where_every_tag_does() -> None:
    versions = (TaggedDigest(A, ("latest",)), TaggedDigest(B, ("latest",)))
    assert found(*versions) == []
    assert len(found(*versions, every_tag=True)) == 1


def test_repeated_digests_and_malformed_names_and_tags_are_found() -> None:
    said = problems(
        ImageTags(
            (
                ImageRow(
                    "gcr.io/A", (TaggedDigest(A, ("a b", "c", "c"), None, 4), TaggedDigest(A, (), None, 7)), 2
                ),
            )
        ),
        "f",
    )
    assert [line.partition(": ")[0] for line in said] == ["f:2", "f:4", "f:4", "f:7"]


@pytest.mark.parametrize("tag", ["-rf", "../../x", "a\x1b[2Jb", "a b", "", "x" * 129])
def test_what_would_be_written_is_refused_when_it_is_not_valid(tag: str) -> None:
    row = ImageRow("gcr.io/p/x", (TaggedDigest(A, (tag,)),))
    with pytest.raises(PreconditionError, match="what would be written is not valid") as refusal:
        require_valid(ImageTags(()), ImageTags((row,)), "f")
    assert f"f: 'gcr.io/p/x': {tag!r} is not a tag" in refusal.value.message
    assert refusal.value.message.replace("\n", "").isprintable()


def test_a_file_that_is_not_valid_is_refused_as_such_until_the_change_mends_it() -> None:
    short = ImageTags((ImageRow("gcr.io/p/x", (TaggedDigest(A[:-1], ("v1",), None, 4),), 2),))
    with pytest.raises(ConfigError, match=r"^f:4: digest sha256:a+ is not .* \(it has 63\)") as refusal:
        require_valid(short, short, "f")
    assert "correct that first" in refusal.value.hint
    require_valid(short, ImageTags(()), "f")
