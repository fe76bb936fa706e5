"""The release document: its section on a candidate, written and found again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.changes import digest_table
from releasing.config.release_yaml import Config
from releasing.rehearsal.registry.small_images import push
from tests.support.bare_repository import commit
from tests.support.faulty_registry import CREATED, PROJECT, pushed
from tests.support.paths import SCRIPTS
from tests.support.registries import rehearsal_registry
from tests.support.releases import CONFIG, origin_in

pytestmark = pytest.mark.interpreter

PROGRAM = SCRIPTS / "record_image_digests.py"
TAG, IMAGE_TAG = "v0.2.1-rc.1", "v0.2.1"
DIGESTS = {"gcr.io/p/b": "sha256:b", "gcr.io/p/a": "sha256:a"}
SECTION = """\
<!-- images of v0.2.1-rc.1 -->
## Images of v0.2.1-rc.1

| image | digest |
| --- | --- |
| `gcr.io/p/a:v0.2.1` | `sha256:a` |
| `gcr.io/p/b:v0.2.1` | `sha256:b` |
<!-- end of images of v0.2.1-rc.1 -->
"""


@pytest.mark.parametrize(
    ("before", "after"), [("", SECTION), ("  \n", SECTION), ("# Doc\n\n\n", f"# Doc\n\n{SECTION}")]
)
def test_a_section_comes_at_the_end(before: str, after: str) -> None:
    assert digest_table.with_section(before, TAG, IMAGE_TAG, DIGESTS) == after


def test_writing_again_changes_nothing() -> None:
    once = digest_table.with_section("# Doc\n", TAG, IMAGE_TAG, DIGESTS)
    assert digest_table.with_section(once, TAG, IMAGE_TAG, DIGESTS) == once


def test_a_section_on_the_same_tag_is_replaced_where_it_is() -> None:
    digests = DIGESTS | {"gcr.io/p/a": "sha256:\\1"}
    section = SECTION.replace("sha256:a", "sha256:\\1")
    text = f"before\n\n{SECTION}after\n"
    assert digest_table.with_section(text, TAG, IMAGE_TAG, digests) == f"before\n\n{section}after\n"
    assert digest_table.with_section(SECTION.rstrip("\n"), TAG, IMAGE_TAG, digests) == section


def test_sections_on_other_candidates_are_left_alone() -> None:
    others = "".join(SECTION.replace(TAG, tag) + "\n" for tag in ("v0.2.1-rc.0", "v0.2.1-rc.10"))
    assert digest_table.with_section(others, TAG, IMAGE_TAG, DIGESTS) == f"{others}{SECTION}"


def test_the_program_writes_what_the_change_wants_and_keeps_the_line_ends(tmp_path: Path) -> None:
    bootstrapper = {
        "images": {"pattern": "a", "names": ["a"]},
        "folder": "bootstrap",
        "config": "bootstrap/config.yaml",
    }
    sections = {"bootstrapper": bootstrapper, "image-tags": "image_tags.yaml", "document": "doc.md"}
    config = Config.model_validate({**CONFIG.model_dump(exclude_unset=True), "registry": PROJECT, **sections})
    with rehearsal_registry(tmp_path / "registry") as url:
        pushed(url, "a", tag=IMAGE_TAG)
        mirrors = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io", "DOCKER_CONFIG": "/nonexistent"}
        origin = origin_in(tmp_path, mirrors).fetched()
        release = replace(origin.release, config=config)
        change = digest_table.change(release)
        assert change.wanted(origin.sh)
        (tmp_path / "doc.md").write_bytes(b"# Doc\r\n\r\ntext\r\n")
        (command,) = change.edits(origin.sh, str(tmp_path))
        origin.sh.run(origin.sh[str(PROGRAM)][command.words[1:]])
        text = (tmp_path / "doc.md").read_bytes().decode()
        assert text.startswith("# Doc\r\n\r\ntext\n\n<!--")
        commit(origin.bare, release.branch, "doc.md", text)
        origin.fetched()
        assert not change.wanted(origin.sh)
        push(url, f"{PROJECT}/a", IMAGE_TAG, {"moved": "yes"}, CREATED)
        assert change.wanted(origin.sh)


def test_the_program_without_a_document_says_which(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(PROGRAM),
        str(tmp_path / "doc.md"),
        "--release",
        TAG,
        "--image-tag",
        "v1",
        "a",
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.splitlines()[0]) == (
        3,
        f"record_image_digests.py: {tmp_path}/doc.md: no such file",
    )
