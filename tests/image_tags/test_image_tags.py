"""Reading and writing image_tags.yaml, on every version that Kubeflow ever had."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from releasing.errors import ConfigError
from releasing.image import ImagePattern
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, dump, load, parse
from releasing.image_tags.row_text import save
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter

REAL = sorted((DATA / "image_tags").glob("*.yaml"))
FIRST_SCHEMA = "1ba883d0a8dc76a41ecb67f4ab4aa38d75132dac"
DIGEST = "sha256:" + "a" * 64


SECOND_SCHEMA = [path for path in REAL if path.stem != FIRST_SCHEMA]


def test_all_twenty_one_real_files_are_here() -> None:
    assert (len(REAL), len(SECOND_SCHEMA)) == (21, 20)
    assert [len(load(path).images) for path in REAL if path not in SECOND_SCHEMA] == [1]


@pytest.mark.parametrize("path", SECOND_SCHEMA, ids=lambda path: path.stem[:8])
def test_a_real_file_comes_out_as_it_went_in(path: Path) -> None:
    assert dump(load(path)) == path.read_bytes()


def test_the_first_schema_is_understood() -> None:
    image = load(REAL[0].with_name(f"{FIRST_SCHEMA}.yaml")).images[0]
    assert image.name == "gcr.io/kubeflow-images-public/tf_operator"
    assert image.versions[0].tags == ("v0.2.0",)
    assert len(image.versions[0].digest) == 71


def test_all_problems_are_reported_at_once_with_their_lines() -> None:
    content = f"""images:
- name: gcr.io/a/b
  name: gcr.io/a/c
  versions:
  - digest: {DIGEST}
    tags: latest
    timestamp: {{datetime: '2018-07-07 09:34:49-07:00', day: 8}}
    colour: red
- versions: []
""".encode()
    with pytest.raises(ConfigError) as raised:
        parse(content, "x.yaml")
    said = raised.value.message.splitlines()
    assert "x.yaml:3: an image has the key 'name' twice" in said
    assert "x.yaml:6: tags is not a list" in said
    assert "x.yaml:7: timestamp is not what gcloud prints: datetime with a zone, and its parts" in said
    assert "x.yaml:8: a version has an unknown key 'colour'" in said
    assert "x.yaml:9: an image has no 'name'" in said


@pytest.mark.parametrize(
    "content", [b"", b"images: [", b"\xff\xfe\x00", b"- a\n", b"images: {}\n", b"a: !!x [b"]
)
def test_a_file_of_another_kind_is_a_config_error(content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml:\d+: "):
        parse(content, "x.yaml")


def test_an_image_that_is_listed_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml:4: gcr\.io/a/b is already listed at line 2"):
        parse(b"images:\n- name: gcr.io/a/b\n  versions: []\n- name: gcr.io/a/b\n  versions: []\n", "x.yaml")


def test_a_tag_that_looks_like_a_number_stays_text() -> None:
    content = (
        f"images:\n- name: gcr.io/a/b\n  versions:\n  - digest: {DIGEST}\n    tags:\n    - 1.10\n".encode()
    )
    tags = parse(content, "x.yaml")
    assert tags.images[0].versions[0].tags == ("1.10",)
    assert parse(dump(tags), "x.yaml") == tags


def test_rows_without_a_timestamp_come_first_and_survive() -> None:
    tags = load(REAL[0])
    ordered = tags.ordered()
    assert [image.name for image in ordered.images] == sorted(image.name for image in tags.images)
    for image in ordered.images:
        times = [version.timestamp for version in image.versions]
        assert [time for time in times if time] == sorted(time for time in times if time)
        assert None not in times[times.count(None) :]
    assert sum(len(i.versions) for i in ordered.images) == sum(len(i.versions) for i in tags.images)


def test_a_selection_keeps_only_what_matches() -> None:
    selected = load(REAL[0]).selected(ImagePattern.parse(".*/tensorflow-1.4.1-notebook-cpu:v0.2.0"))
    assert [(len(image.versions), image.versions[0].tags) for image in selected.images] == [(1, ("v0.2.0",))]


def test_saving_the_same_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "image_tags.yaml"
    path.write_bytes(REAL[0].read_bytes())
    before = path.stat()
    tags = load(path)
    assert not save(path, tags, load(path))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_saving_keeps_the_mode_and_follows_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "image_tags.yaml", tmp_path / "link.yaml"
    path.write_bytes(REAL[0].read_bytes())
    path.chmod(0o640)
    link.symlink_to(path)
    tags = load(link)
    less = ImageTags(tags.images[1:])
    assert save(link, tags, less)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert load(path) == less
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["image_tags.yaml", "link.yaml"]


def test_a_change_moves_no_row_of_a_real_file() -> None:
    """None of the twenty is in order, but for the first: the old scripts put old rows elsewhere each time."""
    assert [path.stem[:8] for path in SECOND_SCHEMA if load(path) == load(path).ordered()] == ["0adb6aac"]
    for path in SECOND_SCHEMA:
        tags = load(path)
        image = tags.images[len(tags.images) // 2]
        more = tags.with_image(image.with_version(TaggedDigest(DIGEST, ("v1",)))).with_image(
            ImageRow("gcr.io/a/b", ())
        )
        new = dump(more).decode().splitlines()
        old = path.read_text().splitlines()
        matcher = SequenceMatcher(a=old, b=new, autojunk=False)
        assert {operation for operation, *_ in matcher.get_opcodes()} == {"equal", "insert"}
        assert len(new) == len(old) + 5


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "image_tags.yaml"
    path.write_bytes(REAL[0].read_bytes())
    tags = load(path)
    broken = ImageTags((replace(tags.images[0], name=object()),))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="cannot represent"):
        save(path, tags, broken)
    assert path.read_bytes() == REAL[0].read_bytes()
    assert list(tmp_path.iterdir()) == [path]
