"""A release branch of another name than release.yaml says stops the release before anything is built or cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError
from releasing.gates import named_branches
from releasing.steps.cut_branch import cut_branch
from releasing.steps.preflight import files_are_whole
from releasing.version import Candidate, Version
from tests.support.releases import CONFIG, Origin, origin_in
from tests.support.sample_tree import git


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A project with release-0.9 beside master, whose release.yaml says nothing of branches."""
    plain = origin_in(tmp_path)
    git("-C", plain.bare, "branch", "release-0.9", "master")
    return named(plain, CONFIG).fetched()


def named(origin: Origin, config: Config) -> Origin:
    version = Version(0, 9, 1, config.naming)
    return replace(
        origin,
        release=replace(origin.release, config=config, version=version, candidate=Candidate(version, 0)),
    )


def saying(origin: Origin, pattern: str) -> Origin:
    given = CONFIG.model_dump(by_alias=True, exclude_defaults=True) | {"release-branch": pattern}
    return named(origin, Config.model_validate(given))


def test_a_second_branch_of_a_stream_is_not_cut_beside_the_one_that_people_have(origin: Origin) -> None:
    with pytest.raises(PreconditionError, match=r"no branch v0\.9-branch, but release-0\.9, which") as caught:
        cut_branch.action(origin.release, origin.sh)
    assert "'release-branch: release-{major}.{minor}'" in caught.value.hint
    assert git("-C", origin.bare, "branch", "--list", "v0.9-branch") == ""


def test_it_is_told_before_anything_is_built(origin: Origin) -> None:
    finding = files_are_whole(origin.release, origin.sh)
    assert not finding.holds
    assert "release-0.9, which people would take for the release branch of 0.9" in finding.text


def test_the_pattern_that_release_yaml_says_finds_the_branch(origin: Origin) -> None:
    there = saying(origin, "release-{major}.{minor}")
    assert there.release.branch == "release-0.9"
    assert named_branches.problem(there.release, there.sh) == ""


def test_a_pattern_that_is_said_is_believed(origin: Origin) -> None:
    there = saying(origin, "v{major}.{minor}-branch")
    assert named_branches.problem(there.release, there.sh) == ""


def test_branches_of_other_streams_and_the_default_branch_are_nothing_to_stop_for(origin: Origin) -> None:
    git("-C", origin.bare, "branch", "release-0.10", "master")
    git("-C", origin.bare, "branch", "-D", "release-0.9")
    origin.sh.run(origin.release.origin(origin.sh).fetch())
    assert named_branches.problem(origin.release, origin.sh) == ""
