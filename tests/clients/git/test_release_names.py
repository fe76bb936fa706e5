"""Tags that resemble releases, and which one is meant."""

from __future__ import annotations

import pytest

from releasing.clients.git import release_names
from releasing.errors import UsageError
from releasing.version import Candidate, Version

pytestmark = pytest.mark.interpreter

VERSION = Version(0, 2, 1)


@pytest.mark.parametrize(
    ("tag", "version", "kind", "number", "well_formed"),
    [
        ("v0.5.0", "0.5.0", "final", 0, True),
        ("v0.5.0-rc.12", "0.5.0", "candidate", 12, True),
        ("v0.5.0-rc2", "0.5.0", "candidate", 2, False),
        ("v0.5.0-RC.2", "0.5.0", "candidate", 2, False),
        ("0.5.0", "0.5.0", "final", 0, False),
        ("v0.6.start", "0.6.0", "other", 0, False),
        ("v1.0", "1.0.0", "final", 0, False),
        ("v1.2-rc.0", "1.2.0", "candidate", 0, False),
        ("v0.1.rc1", "0.1.0", "candidate", 1, False),
        ("v0.5.0-rc.02", "0.5.0", "candidate", 2, False),
        ("v0.5.01", "0.5.1", "final", 0, False),
        ("v0.5.0-alpha.1", "0.5.0", "other", 0, False),
    ],
)
def test_a_tag_is_read_as_people_read_it(
    tag: str, version: str, kind: str, number: int, well_formed: bool
) -> None:
    found = release_names.read(tag)
    assert found is not None
    assert (str(found.version), found.kind, found.number) == (version, kind, number)
    assert found.well_formed is well_formed


@pytest.mark.parametrize(
    "tag", ["v0", "redirect", "4e7f4ed", "v20180711-0ec42ca3", "release/0.2.1", "v9999999.1"]
)
def test_other_tags_resemble_no_release(tag: str) -> None:
    assert release_names.read(tag) is None


@pytest.mark.parametrize(
    ("tags", "candidate", "meant", "final"),
    [
        (["v0.2.1-rc.0", "v0.2.1-rc.1", "v0.2.1"], "", 1, True),
        (["v0.2.1-rc.0", "v0.2.1-rc.1"], "", 1, False),
        (["v0.2.1-rc.0", "v0.2.1"], "0", 0, False),
        (["v0.2.1-rc.0"], "7", 7, False),
        (["v0.2.0", "v0.2.2-rc.0"], "", 0, True),
        ([], "", 0, True),
    ],
)
def test_the_final_is_meant_else_the_newest_candidate(
    tags: list[str], candidate: str, meant: int, final: bool
) -> None:
    assert release_names.meant(tags, VERSION, candidate) == (Candidate(VERSION, meant), final)


def test_a_candidate_is_named_by_its_number() -> None:
    with pytest.raises(UsageError, match="expected a number"):
        release_names.meant(["v0.2.1-rc.0"], VERSION, "next")
