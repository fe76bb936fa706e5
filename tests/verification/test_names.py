"""The claims on the names of a version's tags."""

from __future__ import annotations

import pytest

from releasing.verification import names
from tests.support.verified_project import TAG, Project

pytestmark = pytest.mark.interpreter

HEAD = "v0.2-branch"


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


def test_a_release_with_a_malformed_name_is_read_under_it(project: Project) -> None:
    project.git("tag", "-d", f"{TAG}-rc.0")
    project.tag("v0.2.1-rc0", HEAD)
    it = project.read(candidate=0)
    assert (it.tag, it.commit) == ("v0.2.1-rc0", project.git("rev-parse", HEAD))
