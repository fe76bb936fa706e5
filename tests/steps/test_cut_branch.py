"""The check of cut-branch: where the release branch of a real origin is, and where it began."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from releasing.steps.cut_branch import branch_is_on_origin
from tests.support.bare_repository import head
from tests.support.histories import Workplace
from tests.support.releases import Origin, origin_in

BRANCH = "v0.2-branch"


@dataclass(frozen=True)
class Scene:
    origin: Origin
    people: Workplace

    def check(self) -> tuple[bool, str]:
        self.origin.fetched()
        finding = branch_is_on_origin(self.origin.release, self.origin.sh)
        return finding.holds, finding.text


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    origin = origin_in(tmp_path)
    return Scene(origin, Workplace.of(origin.bare, tmp_path / "people"))


def test_a_branch_that_is_there_is_shown_with_where_it_began(scene: Scene) -> None:
    began = head(scene.origin.bare, BRANCH)
    assert scene.check() == (True, f"{BRANCH} is at {began[:12]}, cut from master at {began[:12]}")
    newest = scene.people.write(BRANCH, "a", "1")
    assert scene.check() == (True, f"{BRANCH} is at {newest[:12]}, cut from master at {began[:12]}")


def test_merging_master_does_not_change_where_it_began(scene: Scene) -> None:
    began = head(scene.origin.bare, BRANCH)
    scene.people.write(BRANCH, "a", "1")
    newest = scene.people.merge(BRANCH, "master")
    assert scene.check() == (True, f"{BRANCH} is at {newest[:12]}, cut from master at {began[:12]}")


def test_what_is_older_than_the_branch_and_merged_into_it_does_not_either(scene: Scene) -> None:
    scene.people.git(
        "push", "--quiet", "origin", f"origin/{BRANCH}:refs/heads/old", f"origin/master:{BRANCH}"
    )
    scene.people.write("topic", "a", "1", start="old")
    newest, began = scene.people.merge(BRANCH, "topic"), head(scene.origin.bare, "master")
    assert scene.check() == (True, f"{BRANCH} is at {newest[:12]}, cut from master at {began[:12]}")


def test_a_branch_of_another_history_is_not_the_release_branch(scene: Scene) -> None:
    scene.people.git("checkout", "--quiet", "--orphan", BRANCH)
    scene.people.git("commit", "--quiet", "-m", "Begin anew")
    scene.people.git("push", "--quiet", "--force", "origin", BRANCH)
    newest = head(scene.origin.bare, BRANCH)
    assert scene.check() == (False, f"{BRANCH} is at {newest[:12]} and has no commit in common with master")


def test_a_branch_that_is_not_there_is_missing(scene: Scene) -> None:
    scene.people.git("push", "--quiet", "origin", "--delete", BRANCH)
    assert scene.check() == (False, f"origin has no branch {BRANCH}")
