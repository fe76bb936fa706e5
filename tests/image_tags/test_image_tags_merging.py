"""Two people list builds of different images at the same time: git merges their branches without a conflict."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from releasing.changes.reference_edit import escaped
from releasing.image import ImagePattern
from releasing.image_tags import ImageRow, TaggedDigest, dump, load
from releasing.image_tags.row_changes import with_builds, with_tag
from releasing.image_tags.row_text import save
from releasing.image_tags.validation import problems
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter

REAL = DATA / "image_tags" / "a17d1955e802bd5b1e78547fff138c8de18e6da4.yaml"
BUILD = "v20180723-01234567"
NAMES = [image.name for image in load(REAL).ordered().images]
NOON = datetime(2018, 7, 23, 12, tzinfo=UTC)
NEIGHBOURS = [*pairwise(NAMES)]
FIRST_AND_LAST = (NAMES[0], NAMES[-1])


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def list_build(file: Path, name: str, digit: str, made: datetime | None) -> None:
    """What the two commands of the step do: list a build, then give it the release's tag."""
    before = load(file)
    build = ImageRow(name, (TaggedDigest(f"sha256:{digit * 64}", (BUILD,), made),))
    listed = with_builds(before, [build]).tags
    tagged = with_tag(listed, ImagePattern.parse(f"{escaped(name)}:{BUILD}"), "v0.2.2").tags
    assert save(file, before, tagged)


def merged(folder: Path, start: bytes, rows: list[tuple[str, datetime | None]]) -> Path:
    file = folder / "image_tags.yaml"
    git(folder, "init", "-q", "-b", "master")
    file.write_bytes(start)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    for number, (name, made) in enumerate(rows):
        git(folder, "switch", "-q", "-c", f"branch-{number}", "master")
        list_build(file, name, "ab"[number], made)
        git(folder, "commit", "-q", "-a", "-m", name)
    git(folder, "merge", "-q", "-m", "Both", "branch-0")
    return file


@pytest.mark.parametrize("pair", [*NEIGHBOURS, FIRST_AND_LAST], ids=lambda pair: pair[0].rpartition("/")[2])
@pytest.mark.parametrize("start", ["as it was", "in order"])
def test_branches_that_list_builds_of_two_images_merge(
    tmp_path: Path, start: str, pair: tuple[str, str]
) -> None:
    content = REAL.read_bytes() if start == "as it was" else dump(load(REAL).ordered())
    # The one ends an image's rows and the other begins the next one's: as close as two can be.
    file = merged(tmp_path, content, [(pair[0], NOON), (pair[1], None)])
    tags = load(file)
    assert problems(tags, "f") == []
    carriers = {(i.name, v.digest) for i in tags.images for v in i.versions if "v0.2.2" in v.tags}
    assert carriers == {(pair[0], "sha256:" + "a" * 64), (pair[1], "sha256:" + "b" * 64)}
    assert start == "as it was" or tags.ordered() == tags
