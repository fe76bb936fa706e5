"""What two branches have each for themselves, read from real histories."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from releasing.branching import divergence
from releasing.branching.divergence import Divergence, brought
from releasing.clients.git.commits import picked_from
from tests.support.histories import Workplace
from tests.support.releases import Origin, origin_in

BRANCH = "v0.2-branch"


@dataclass(frozen=True)
class Scene:
    origin: Origin
    people: Workplace

    def read(self) -> Divergence:
        self.origin.fetched()
        return divergence.read(self.origin.release, self.origin.sh)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    origin = origin_in(tmp_path)
    return Scene(origin, Workplace.of(origin.bare, tmp_path / "people"))


def test_each_side_has_its_own_commits_newest_first(scene: Scene) -> None:
    own = scene.people.write(BRANCH, "a", "1", "First line\nof the subject\n\nThe rest.")
    newest = scene.people.write("master", "b", "2")
    apart = scene.read()
    assert [commit.id for commit in apart.branch] == [own]
    assert [commit.subject for commit in apart.default] == ["Write b", "Write config.txt"]
    assert apart.default[0].id == newest
    assert (apart.branch[0].subject, apart.branch[0].author) == ("First line of the subject", "Grace")
    assert apart.branch[0].message == "First line\nof the subject\n\nThe rest."


def test_the_same_patch_on_both_sides_makes_twins_whatever_the_messages_say(scene: Scene) -> None:
    there = scene.people.write("master", "a", "1")
    here = scene.people.write(BRANCH, "a", "1", "Something else")
    scene.people.write(BRANCH, "other", "1")
    apart = scene.read()
    assert {commit.id for commit in apart.branch if commit.twin} == {here}
    assert {commit.id for commit in apart.default if commit.twin} == {there}
    assert not apart.lacks(there, apart.carried())


def test_branches_that_are_equal_have_nothing_apart(scene: Scene) -> None:
    scene.people.merge(BRANCH, "master")
    scene.people.merge("master", BRANCH)
    scene.people.merge(BRANCH, "master")
    assert scene.read().default == ()


def test_what_a_pick_names_is_carried_though_its_patch_is_another(scene: Scene) -> None:
    scene.people.write(BRANCH, "a", "old\n")
    wanted = scene.people.write("master", "a", "new\n")
    assert scene.read().lacks(wanted, scene.read().carried())
    scene.people.pick(BRANCH, wanted, "-x")
    apart = scene.read()
    assert not any(commit.twin for commit in apart.branch)
    assert not apart.lacks(wanted, apart.carried())


def test_a_merge_picked_as_one_carries_what_it_brought(scene: Scene) -> None:
    parts = [scene.people.write("side", name, name) for name in "ab"]
    merge = scene.people.merge("master", "side")
    scene.people.pick(BRANCH, merge, "-x", "-m", "1")
    apart = scene.read()
    assert brought(apart.on_default[merge], apart.on_default) == {*parts}
    assert [apart.lacks(commit, apart.carried()) for commit in (merge, *parts)] == [False] * 3


def test_a_merge_is_carried_with_the_last_of_what_it_brought(scene: Scene) -> None:
    first, second = (scene.people.write("side", name, name) for name in "ab")
    merge = scene.people.merge("master", "side")
    scene.people.pick(BRANCH, first)
    assert scene.read().lacks(merge, scene.read().carried())
    scene.people.pick(BRANCH, second)
    assert not scene.read().lacks(merge, scene.read().carried())


def test_a_merge_of_one_commit_is_carried_when_its_pick_has_that_commits_patch(scene: Scene) -> None:
    scene.people.write("side", "a", "1")
    merge = scene.people.merge("master", "side")
    scene.people.pick(BRANCH, merge, "-x", "-m", "1")
    assert not scene.read().lacks(merge, scene.read().carried())


def test_names_found_elsewhere_carry_as_well(scene: Scene) -> None:
    wanted = scene.people.write("master", "a", "1")
    apart = scene.read()
    assert apart.lacks(wanted, apart.carried())
    assert not apart.lacks(wanted, apart.carried({wanted}))
    assert not apart.lacks("0" * 40, apart.carried())


def test_messages_of_any_form_are_read(scene: Scene) -> None:
    scene.people.on(BRANCH)
    for message in ("", "\x1b[31mr\x07ed", "ends in spaces  \n\n\n"):
        scene.people.git("commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", message)
    scene.people.pushed()
    found = scene.read().branch
    assert [commit.message.strip() for commit in found] == ["ends in spaces", "\x1b[31mr\x07ed", ""]
    assert str(found[1]) == f"{found[1].id[:12]} ?[31mr?ed (Grace, {found[1].date})"


def test_sources_are_whole_ids_in_the_form_that_git_writes() -> None:
    one, two = "1" * 40, "2" * 64
    text = f"* A\n\n(cherry picked from commit {one})\n\n  (cherry picked from commit {two})\n"
    assert picked_from(text) == {one, two}
    assert picked_from(f"cherry picked from commit {one}, (cherry picked from commit 123)") == set()
