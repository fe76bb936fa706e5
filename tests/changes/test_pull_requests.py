"""Changes that reach origin through pull requests: proposed, merged and found again, on a local GitHub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from releasing.changes import pull_requests
from releasing.changes.pull_requests import Change
from releasing.config.release_yaml import PullRequestSettings
from releasing.errors import CommandError, PreconditionError
from tests.support.bare_repository import commit, head, text_of
from tests.support.local_github import LocalGitHub
from tests.support.paths import SCRIPTS
from tests.support.releases import Origin, hosted

PULLS = "repos/kubeflow/kubeflow/pulls"


@dataclass(frozen=True)
class Scene:
    """A change of one line of config.txt on master, and the world that it is for."""

    origin: Origin
    github: LocalGitHub
    change: Change

    def propose(self) -> None:
        pull_requests.propose(self.origin.release, self.origin.sh, self.change)

    def settle(self) -> None:
        pull_requests.settle(self.origin.release, self.origin.sh, self.change)
        self.origin.sh.run(self.origin.release.origin(self.origin.sh).fetch())

    def proposed(self) -> tuple[bool, str]:
        finding = pull_requests.proposed(self.origin.release, self.origin.sh, self.change)
        return finding.holds, finding.text

    def settled(self) -> bool:
        return pull_requests.is_settled(self.origin.release, self.origin.sh, self.change)

    @property
    def branch(self) -> str:
        return self.origin.release.head(self.change.step)

    @property
    def me(self) -> str:
        """The login that opens and merges."""
        return str(self.github.api("user")["login"])

    def told(self) -> list[str]:
        """What the operator is told from now on."""
        said: list[str] = []
        self.origin.sh.shell.show = said.append
        return said

    def listed(self) -> list[tuple[int, str]]:
        found = self.github.api(f"{PULLS}?state=all")
        return [(pull["number"], pull["state"]) for pull in found]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with hosted(tmp_path) as (origin, github):
        origin.sh.environment["PATH"] += f"{os.pathsep}{SCRIPTS}"

        def lacks() -> bool:
            content = origin.release.origin(origin.sh).file_at("origin/master", "config.txt") or b""
            return b"TWO" not in content

        change = Change(
            "update-config",
            "master",
            "Use two's capitals",
            "Because <it> is better.\nMuch.",
            edits=lambda sh, checkout: [sh["sed"]["-i", "s/two/TWO/", f"{checkout}/config.txt"]],
            wanted=lambda _sh: lacks(),
        )
        yield Scene(origin, github, change)


def test_a_change_is_proposed_on_its_branch_with_its_title_and_reason(scene: Scene) -> None:
    assert scene.proposed() == (
        False,
        'master lacks the change "Use two\'s capitals", and no pull request proposes it',
    )
    scene.propose()
    commit_id = head(scene.origin.bare, scene.branch)
    assert scene.branch == "release/v0.2.1-rc.0/update-config"
    assert text_of(scene.origin.bare, commit_id, "config.txt") == "one\nTWO\nthree"
    pull = scene.github.api(f"{PULLS}/1")
    assert (pull["title"], pull["base"]["ref"]) == ("Use two's capitals", "master")
    assert pull["body"].startswith("Because <it> is better.\nMuch.")
    assert scene.proposed() == (True, f"#1 is open, at {commit_id[:12]}")
    assert not scene.settled()


def test_a_text_of_more_commands_than_github_takes_names_how_many_are_left_out(scene: Scene) -> None:
    edit = f"s/two/TWO/;{'#' * 30_000}"
    change = replace(
        scene.change, edits=lambda sh, checkout: [sh["sed"]["-i", edit, f"{checkout}/config.txt"]] * 3
    )
    replace(scene, change=change).propose()
    body = scene.github.api(f"{PULLS}/1")["body"]
    assert len(body) < 65_536
    assert "# and 2 more, too long for this text: release.plan shows them" in body
    assert body.endswith("Release v0.2.1-rc.0, step update-config.")


def test_files_that_are_dirty_right_after_a_clone_stay_as_they_are(scene: Scene) -> None:
    commit(scene.origin.bare, "master", "windows.txt", "one\r\ntwo\r\n")
    commit(scene.origin.bare, "master", "config.txt", "one\r\ntwo\r\n")
    base = commit(scene.origin.bare, "master", ".gitattributes", "*.txt text\n")
    scene.origin.fetched()
    scene.propose()
    compared = scene.github.api(f"repos/kubeflow/kubeflow/compare/{base}...{scene.branch}")
    changed = [(file["filename"], file["additions"], file["deletions"]) for file in compared["files"]]
    assert changed == [("config.txt", 1, 1)]


def test_proposing_again_touches_nothing(scene: Scene) -> None:
    scene.propose()
    first = head(scene.origin.bare, scene.branch)
    scene.propose()
    assert (head(scene.origin.bare, scene.branch), scene.listed()) == (first, [(1, "open")])


def test_what_a_kill_left_between_push_and_request_is_finished(scene: Scene) -> None:
    pull_requests.push(scene.origin.release, scene.origin.sh, scene.change)
    assert scene.listed() == []
    first = head(scene.origin.bare, scene.branch)
    scene.propose()
    assert (head(scene.origin.bare, scene.branch), scene.listed()) == (first, [(1, "open")])


def test_a_branch_that_is_equal_to_its_base_is_made_again(scene: Scene) -> None:
    bare = scene.origin.bare
    git = scene.origin.sh["git"]["--git-dir", str(bare)]
    scene.origin.sh.run(git["branch", scene.branch, "master"])
    commit(bare, "master", "other.txt", "meanwhile\n")
    scene.origin.fetched()
    assert not scene.proposed()[0]
    scene.propose()
    assert text_of(bare, head(bare, scene.branch), "config.txt") == "one\nTWO\nthree"
    assert scene.listed() == [(1, "open")]


def test_a_branch_with_another_commit_of_its_own_is_used_as_it_is(scene: Scene) -> None:
    other = commit(scene.origin.bare, scene.branch, "config.txt", "by hand\n")
    scene.propose()
    assert head(scene.origin.bare, scene.branch) == other


def test_a_scratch_clone_is_made_anew(scene: Scene) -> None:
    rubbish = Path(scene.origin.release.scratch("update-config")) / "rubbish.txt"
    rubbish.parent.mkdir(parents=True)
    rubbish.touch()
    scene.propose()
    assert not rubbish.exists()


def test_a_settled_change_is_merged_at_the_head_that_was_tested(scene: Scene) -> None:
    scene.propose()
    scene.settle()
    merged = head(scene.origin.bare, "master")
    assert scene.settled()
    assert scene.proposed() == (True, f"#1 is merged into master as {merged[:12]}")
    assert text_of(scene.origin.bare, merged, "config.txt") == "one\nTWO\nthree"
    scene.settle()
    scene.propose()
    assert (head(scene.origin.bare, "master"), scene.listed()) == (merged, [(1, "closed")])


def test_a_merge_whose_answer_was_lost_is_found(scene: Scene) -> None:
    scene.propose()
    scene.github.faults.add("PUT", "/merge", "apply-then-drop")
    said = scene.told()
    scene.settle()
    assert scene.settled()
    assert f"#1 was merged by {scene.me}, although merging it failed here: " in "\n".join(said)


def test_a_merge_by_somebody_else_during_the_wait_is_told(scene: Scene) -> None:
    scene.propose()
    said = scene.told()
    wait = Path(scene.origin.release.checkout).with_name("bin") / "wait_to_merge.py"
    wait.parent.mkdir()
    wait.write_text('#!/bin/sh\nexec gh api -X PUT "repos/$1/pulls/$2/merge" --silent\n')
    wait.chmod(0o755)
    scene.origin.sh.environment["PATH"] = f"{wait.parent}{os.pathsep}{scene.origin.sh.environment['PATH']}"
    scene.settle()
    assert f"#1 was merged by {scene.me} meanwhile" in said


def test_a_merge_that_did_not_arrive_is_made_by_the_next_run(scene: Scene) -> None:
    scene.propose()
    scene.github.faults.add("PUT", "/merge", "drop")
    with pytest.raises(CommandError):
        scene.settle()
    scene.settle()
    assert scene.settled()


def test_a_pull_request_whose_answer_was_lost_is_found_and_not_opened_twice(scene: Scene) -> None:
    scene.github.faults.add("POST", "/pulls", "apply-then-drop")
    said = scene.told()
    scene.propose()
    assert scene.listed() == [(1, "open")]
    assert f"#1, opened by {scene.me}, exists, although opening it failed: " in "\n".join(said)


def test_a_pull_request_tells_how_its_change_was_made(scene: Scene) -> None:
    scene.propose()
    body = scene.github.api(f"{PULLS}/1")["body"]
    assert "Made by, in a checkout of master:\n\n    sed -i s/two/TWO/ ./config.txt\n" in body


def test_labels_and_reviewers_of_release_yaml_are_asked_for_once(scene: Scene) -> None:
    wish = PullRequestSettings(labels=("release",), reviewers=("grace",))
    config = scene.origin.release.config.model_copy(update={"pull_requests": wish})
    asking = replace(
        scene, origin=replace(scene.origin, release=replace(scene.origin.release, config=config))
    )
    scene.propose()
    assert asking.proposed() == (False, "#1 is open, but lacks the label release, a review by grace")
    asking.propose()
    pull = scene.github.api(f"{PULLS}/1")
    assert [label["name"] for label in pull["labels"]] == ["release"]
    assert [person["login"] for person in pull["requested_reviewers"]] == ["grace"]
    assert asking.proposed()[0]


def test_a_merge_waits_for_the_presubmit_and_stops_when_it_fails(scene: Scene) -> None:
    scene.propose()
    tested = head(scene.origin.bare, scene.branch)
    words = ("-f", "context=presubmit", "-f", "state=failure")
    scene.github.api(f"repos/kubeflow/kubeflow/statuses/{tested}", *words)
    with pytest.raises(CommandError, match="presubmit: failure"):
        scene.settle()
    assert not scene.settled()


def test_a_base_that_has_it_all_needs_no_pull_request(scene: Scene) -> None:
    commit(scene.origin.bare, "master", "config.txt", "one\nTWO\nthree\n")
    scene.origin.fetched()
    assert scene.proposed() == (True, "master already contains the change; no pull request is needed")
    assert scene.settled()
    scene.settle()
    assert scene.listed() == []


def test_a_change_closed_without_a_merge_is_not_proposed_until_it_is_opened_again(scene: Scene) -> None:
    scene.propose()
    scene.github.api("-X", "PATCH", f"{PULLS}/1", "-f", "state=closed")
    assert scene.proposed() == (False, "#1 was closed without being merged")
    with pytest.raises(PreconditionError, match="update-config has no open pull request on master") as caught:
        scene.settle()
    assert "update-config --redo, with the same options" in caught.value.hint
    scene.propose()
    assert scene.listed() == [(2, "open"), (1, "closed")]


def test_the_wait_for_checks_names_each_of_them(scene: Scene) -> None:
    command = pull_requests.waiting(scene.origin.release, scene.origin.sh, "abc", ("a", "b c"))
    assert str(command) == "wait_for_checks.py kubeflow/kubeflow abc --context a --context 'b c'"
