"""The pull requests of a release, from real history and a local GitHub."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from releasing.errors import PreconditionError
from releasing.publication import merged_pulls
from releasing.publication.merged_pulls import Merged, PullHistory, logged, unmentioned
from releasing.version import Version
from tests.support.bare_repository import commit, head
from tests.support.local_github import LocalGitHub
from tests.support.releases import Origin, hosted

SLUG = "kubeflow/kubeflow"


@dataclass(frozen=True)
class World:
    """A project with v0.2.0 at the first commit of master, on GitHub."""

    origin: Origin
    github: LocalGitHub

    def pushed(self, branch: str, *messages: str, start: str = "master", tag: str = "") -> str:
        """An empty commit for each message on a branch, and a tag on the last, whose id it gives."""
        git = ["git", f"--git-dir={self.origin.bare}"]
        known = subprocess.run(
            [*git, "rev-parse", "-q", "--verify", branch], capture_output=True, check=False
        )
        at = head(self.origin.bare, branch if known.returncode == 0 else start)
        for message in messages:
            words = [*git, "-c", "user.name=Ada", "-c", "user.email=a@b", "commit-tree", f"{at}^{{tree}}"]
            at = subprocess.check_output([*words, "-p", at, "-m", message], text=True).strip()
        subprocess.run([*git, "update-ref", f"refs/heads/{branch}", at], check=True)
        if tag:
            subprocess.run([*git, "update-ref", f"refs/tags/{tag}", at], check=True)
        return at

    def merge(self, head_branch: str, base: str, method: str = "squash", title: str = "Fix") -> int:
        """The number of a merged pull request."""
        words = ("-f", f"title={title}", "-f", f"head={head_branch}", "-f", f"base={base}")
        number = int(self.github.api(f"repos/{SLUG}/pulls", *words)["number"])
        self.github.api("-X", "PUT", f"repos/{SLUG}/pulls/{number}/merge", "-f", f"merge_method={method}")
        return number

    @property
    def source(self) -> PullHistory:
        """Where its pull requests are read."""
        origin = self.origin.fetched()
        return PullHistory(origin.sh.shell, origin.release.checkout, SLUG, "release/")

    def found(self, branch: str, version: str) -> list[str]:
        """The numbers of the pull requests of a version."""
        return [each.number for each in self.source.merged(f"origin/{branch}", Version.parse(version))]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with hosted(tmp_path) as (origin, github):
        allowed = github.repository().beside("settings.json")
        allowed.write_text(json.dumps({"allow_rebase_merge": True}))
        yield World(origin, github)


def test_what_was_merged_counts_from_the_final_before(world: World) -> None:
    world.pushed("v0.2-branch", "Old (#1)", tag="v0.2.0-rc.9")
    world.pushed("v0.2-branch", "Older fix (#2)", tag="v0.2.1")
    world.pushed("v0.2-branch", "New (#3)", "Newer (#4)", tag="v0.2.2-rc.0")
    assert world.found("v0.2-branch", "0.2.2") == ["3", "4"]
    assert world.found("v0.2-branch", "0.2.1") == ["1", "2", "3", "4"]
    (first, *_) = world.source.merged("origin/v0.2-branch", Version(0, 2, 1))
    assert (first, first.title) == (Merged("1", "Old", "Ada"), "Old")


def test_a_new_minor_begins_where_the_branch_of_the_final_before_left(world: World) -> None:
    world.pushed("master", "Both have it (#1)", "It, too (#2)")
    world.pushed("v0.2-branch", "Cut (#3)", start="master")
    world.pushed("v0.3-branch", "First (#4)", start="master", tag="v0.3.0")
    world.pushed("master", "Later (#5)")
    world.pushed("v0.4-branch", "Cut again (#6)", start="master")
    assert world.found("v0.4-branch", "0.4.0") == ["5", "6"]
    assert world.source.previous(Version(0, 4, 0)) == "v0.3.0"


def test_what_a_patch_of_the_minor_before_had_is_not_repeated(world: World) -> None:
    kept = world.pushed("master", "Picked by hand (#11)", "Picked by us (#12)", "Rebased (#13)", "New (#14)")
    rebased = f"{kept}~1"
    source = subprocess.check_output(
        ["git", f"--git-dir={world.origin.bare}", "rev-parse", rebased], text=True
    )
    world.pushed(
        "v0.3-branch",
        "Picked by hand (#11)",
        "Pick onto v0.3-branch: Picked by us (#12) (#20)",
        f"Another subject (#21)\n\n(cherry picked from commit {source.strip()})",
        start="v0.2-branch",
        tag="v0.3.1",
    )
    world.pushed("v0.4-branch", "Cut (#30)", start="master")
    assert world.found("v0.4-branch", "0.4.0") == ["14", "30"]


def test_finals_after_the_version_do_not_count(world: World) -> None:
    world.pushed("v0.2-branch", "Fix (#1)")
    world.pushed("v0.3-branch", "Everything (#2)", start="v0.2-branch", tag="v0.3.0")
    assert world.found("v0.2-branch", "0.2.1") == ["1"]


def test_a_final_with_two_numbers_is_the_final_before(world: World) -> None:
    world.pushed("v1.0-branch", "Old (#1)", tag="v1.0")
    world.pushed("v1.0-branch", "New (#2)")
    assert world.found("v1.0-branch", "1.0.1") == ["2"]
    assert world.source.previous(Version(1, 0, 1)) == "v1.0"


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
def test_a_pull_request_is_found_however_it_was_merged(world: World, method: str) -> None:
    for name in ("one", "two"):
        commit(world.origin.bare, "fix", name, "fixed\n", start="v0.2-branch")
    number = world.merge("fix", "v0.2-branch", method, title="Fix two things")
    (found,) = world.source.merged("origin/v0.2-branch", Version(0, 2, 1))
    assert (found.number, found.title) == (f"{number}", "Fix two things")


def test_many_commits_without_a_number_are_looked_up_in_the_list_of_pull_requests(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged_pulls, "MOST", 1)
    for name in ("one", "two"):
        commit(world.origin.bare, "fix", name, "fixed\n", start="v0.2-branch")
    number = world.merge("fix", "v0.2-branch", "rebase")
    world.pushed("v0.2-branch", "Nobody reviewed this")
    assert world.found("v0.2-branch", "0.2.1") == [f"{number}"]


def test_a_rebased_commit_with_the_number_of_something_else_counts_as_its_own_pull_request(
    world: World,
) -> None:
    world.github.api(f"repos/{SLUG}/issues", "-f", "title=It crashes")
    world.pushed("fix", "Do not crash (#1)", start="v0.2-branch")
    number = world.merge("fix", "v0.2-branch", "rebase", title="Do not crash")
    everything = world.source.merged("origin/v0.2-branch", Version(0, 2, 1))
    assert [each.number for each in world.source.missing("", everything)] == [f"{number}"]
    assert world.source.missing(f"Do not crash (#{number})", everything) == []


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
def test_what_this_tool_opened_is_left_out_and_what_it_picked_is_not(world: World, method: str) -> None:
    ours = ("release/v0.2.1-rc.0/update-prototypes", "release/v0.2.1/pick-0123456789ab", "release/fix")
    numbers = []
    for branch in ours:
        commit(world.origin.bare, branch, branch.replace("/", "-"), "x\n", start="v0.2-branch")
        numbers.append(world.merge(branch, "v0.2-branch", method))
    everything = world.source.merged("origin/v0.2-branch", Version(0, 2, 1))
    assert [each.number for each in world.source.missing("", everything)] == [*map(str, numbers[1:])]


def test_a_shallow_clone_is_refused(world: World, tmp_path: Path) -> None:
    world.pushed("v0.2-branch", "Fix (#1)", "Fix more (#2)")
    shallow = tmp_path / "shallow"
    words = [
        "git",
        "clone",
        "-q",
        "--depth=1",
        "--no-single-branch",
        f"file://{world.origin.bare}",
        str(shallow),
    ]
    subprocess.run(words, check=True)
    source = PullHistory(world.origin.sh.shell, str(shallow), SLUG, "release/")
    with pytest.raises(PreconditionError, match="is a shallow clone: its history ends before") as caught:
        source.merged("origin/v0.2-branch", Version(0, 2, 1))
    assert caught.value.hint == f"get all of it: git -C {shallow} fetch --unshallow"


def by_subject(*subjects: str, body: str = "") -> list[Merged]:
    """The pull requests behind commits with these subjects."""
    commits = logged("\n".join(f"0\0Ada\0{subject}\0{body}\0" for subject in subjects))
    return [found for each in commits if (found := each.by_subject)]


def test_numbers_are_those_at_the_ends_of_subjects() -> None:
    subjects = ("Fix (#12)", "See (#3) first", "Revert (#4) (#15)", "No number")
    assert [each.number for each in by_subject(*subjects)] == ["12", "15"]


def test_a_merge_commit_names_its_pull_request_at_the_beginning() -> None:
    body = "Serve models\n\nLonger text."
    found = by_subject("Merge pull request #7 from ada/serve", body=body)
    assert found == [Merged("7", "Serve models", "Ada")]


def test_a_number_that_only_begins_alike_is_not_mentioned() -> None:
    everything = by_subject("A (#12)", "B (#123)", "C (#4)")
    assert [each.number for each in unmentioned("- #123 and #4.", everything)] == ["12"]
