"""Tags that resemble releases, and which one is meant."""

from __future__ import annotations

import pytest

from releasing.errors import UsageError
from releasing.verification import names
from releasing.version import Candidate, Version
from tests.support.verified_project import TAG, Project

pytestmark = pytest.mark.interpreter

VERSION = Version(0, 2, 1)
HEAD = "v0.2-branch"


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
    found = names.read(tag)
    assert found is not None
    assert (str(found.version), found.kind, found.number) == (version, kind, number)
    assert found.well_formed is well_formed


@pytest.mark.parametrize(
    "tag", ["v0", "redirect", "4e7f4ed", "v20180711-0ec42ca3", "release/0.2.1", "v9999999.1"]
)
def test_other_tags_resemble_no_release(tag: str) -> None:
    assert names.read(tag) is None


def test_well_formed_names_from_zero_hold(project: Project) -> None:
    found = project.claims(names.claims)
    assert found["names"].holds
    assert found["names"].found == "v0.2.1-rc.0, v0.2.1"
    assert found["numbers"].holds


@pytest.mark.parametrize("tag", ["v0.2.1-rc1", "0.2.1", "v0.2.1.start"])
def test_a_malformed_name_of_the_version_does_not_hold(project: Project, tag: str) -> None:
    project.tag(tag, HEAD)
    found = project.claims(names.claims)["names"]
    assert not found.holds
    assert [detail.split(": ")[0] for detail in found.details] == [tag]


def test_names_of_other_versions_are_not_this_ones(project: Project) -> None:
    project.tag("v0.2-rc.1", HEAD)
    assert project.claims(names.claims)["names"].holds


def test_candidates_that_do_not_start_at_zero_or_have_a_gap_do_not_hold(project: Project) -> None:
    project.tag(f"{TAG}-rc.3", HEAD)
    assert "v0.2.1-rc.1, v0.2.1-rc.2" in project.claims(names.claims)["numbers"].found
    project.git("tag", "-d", f"{TAG}-rc.0")
    found = project.claims(names.claims)["numbers"]
    assert not found.holds
    assert "v0.2.1-rc.0" in found.found


def test_a_malformed_candidate_fills_its_number(project: Project) -> None:
    project.tag(f"{TAG}-rc1", HEAD)
    project.tag(f"{TAG}-rc.2", HEAD)
    assert project.claims(names.claims)["numbers"].holds


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
    assert names.meant(tags, VERSION, candidate) == (Candidate(VERSION, meant), final)


def test_a_candidate_is_named_by_its_number() -> None:
    with pytest.raises(UsageError, match="expected a number"):
        names.meant(["v0.2.1-rc.0"], VERSION, "next")


def test_a_release_with_a_malformed_name_is_read_under_it(project: Project) -> None:
    project.git("tag", "-d", f"{TAG}-rc.0")
    project.tag("v0.2.1-rc0", HEAD)
    it = project.read(candidate=0)
    assert (it.tag, it.commit) == ("v0.2.1-rc0", project.git("rev-parse", HEAD))
