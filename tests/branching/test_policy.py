"""The branching policy on real histories, with pull requests on a local GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from releasing.branching import policy
from releasing.changes import pull_requests
from releasing.changes.pull_requests import Change
from releasing.config.release_yaml import Config
from releasing.runbook.step import Finding
from releasing.shell.command import Command
from tests.support.bare_repository import head
from tests.support.histories import Workplace, merged, proposed
from tests.support.local_github import LocalGitHub
from tests.support.releases import CONFIG, Origin, hosted

BRANCH, LABEL, WANTED = "v0.2-branch", "only-here", "cherrypick/v0.2"
SECTION = {"release-only-label": LABEL, "cherry-pick-label": "cherrypick/v{major}.{minor}"}
WITH_LABELS = Config.model_validate({**CONFIG.model_dump(exclude_unset=True), "branching": SECTION})


@dataclass(frozen=True)
class Scene:
    origin: Origin
    github: LocalGitHub
    people: Workplace

    def findings(self) -> dict[str, Finding]:
        self.origin.sh.run(
            self.origin.sh["git"]["-C", self.origin.release.checkout, "fetch", "--prune", "-q"]
        )
        return dict(policy.findings(self.origin.release, self.origin.sh))

    def strays(self) -> str:
        """What the policy says, empty when all is well."""
        finding = self.findings()["branching policy"]
        return "" if finding.holds else finding.text

    def wanted(self) -> str:
        """What is asked for and missing, empty when all is there."""
        finding = self.findings()[WANTED]
        return "" if finding.holds else finding.text


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with hosted(tmp_path) as (origin, github):
        with_labels = replace(origin, release=replace(origin.release, config=WITH_LABELS))
        yield Scene(with_labels, github, Workplace.of(origin.bare, tmp_path / "people"))


def test_a_branch_just_cut_is_as_it_should_be(scene: Scene) -> None:
    assert {name: (finding.holds, finding.text) for name, finding in scene.findings().items()} == {
        "branching policy": (
            True,
            f"every commit of {BRANCH} is on master, or marked as solely for the release",
        ),
        WANTED: (True, f"every merged pull request with this label is on {BRANCH}"),
    }


def test_before_the_branch_is_cut_nothing_is_said(scene: Scene) -> None:
    scene.people.git("push", "--quiet", "origin", "--delete", BRANCH)
    assert scene.findings() == {}


def test_without_labels_only_the_commits_are_looked_at(scene: Scene) -> None:
    stray = scene.people.write(BRANCH, "a", "1")
    plain = replace(scene, origin=replace(scene.origin, release=replace(scene.origin.release, config=CONFIG)))
    assert [*plain.findings()] == ["branching policy"]
    assert stray[:12] in plain.strays()
    assert "for this release only: commits say 'Release-only: REASON' in their messages" in plain.strays()


def test_a_commit_made_on_the_branch_is_told_with_what_to_do(scene: Scene) -> None:
    stray = scene.people.write(BRANCH, "a", "1", "Mend \x1b[31mit")
    date = scene.people.git("log", "-1", "--format=%as", stray)
    assert scene.strays().splitlines() == [
        f"1 commit of {BRANCH} is neither on master nor marked as solely for the release",
        f"  {stray[:12]} Mend ?[31mit (Grace, {date}), no pull request",
        "if it is for later releases as well: bring it to master (git cherry-pick -x COMMIT)",
        f"for this release only: gh api repos/kubeflow/kubeflow/issues/NUMBER/labels -f 'labels[]={LABEL}'",
    ]


def test_a_commit_that_came_from_master_has_its_reason(scene: Scene) -> None:
    same, other = scene.people.write("master", "a", "1\n"), scene.people.write("master", "b", "1\n")
    scene.people.pick(BRANCH, same)
    scene.people.write(BRANCH, "b", "2\n", "Begin b\n\nRelease-only: here it began otherwise")
    scene.people.pick(BRANCH, other, "-x")
    assert scene.strays() == ""


def test_a_commit_that_went_to_master_has_its_reason(scene: Scene) -> None:
    scene.people.write("master", "a", "1\n")
    scene.people.write(BRANCH, "a", "2\n", "Begin a\n\nRelease-only: here it began otherwise")
    here = scene.people.write(BRANCH, "a", "3\n", "Hot fix")
    assert here[:12] in scene.strays()
    scene.people.pick("master", here, "-x")
    assert scene.strays() == ""


def test_a_source_that_is_not_on_master_is_no_reason(scene: Scene) -> None:
    elsewhere = scene.people.write("somewhere", "a", "1")
    picked = scene.people.pick(BRANCH, elsewhere, "-x")
    assert picked[:12] in scene.strays()


def test_a_source_that_was_itself_picked_from_elsewhere_is_a_reason(scene: Scene) -> None:
    elsewhere = scene.people.write("somewhere", "a", "1\n")
    there = scene.people.pick("master", elsewhere, "-x")
    scene.people.write(BRANCH, "a", "2\n", "Begin a\n\nRelease-only: here it began otherwise")
    picked = scene.people.pick(BRANCH, there, "-x")
    assert elsewhere in scene.people.git("log", "-1", "--format=%B", picked)
    assert scene.strays() == ""


@pytest.mark.parametrize(
    ("line", "is_reason"),
    [
        ("Release-only: its images", True),
        ("release-ONLY:  its images", True),
        ("Release-only:", False),
        ("Release-only:   ", False),
        ("This is not Release-only: at all", False),
        ("Release-onlyish: no", False),
    ],
)
def test_a_mark_is_a_line_of_its_own_with_a_reason(scene: Scene, line: str, is_reason: bool) -> None:
    scene.people.write(BRANCH, "a", "1", f"Use a\n\n{line}\n\nSigned-off-by: Grace <grace@example.org>")
    assert (scene.strays() == "") is is_reason


@pytest.mark.parametrize("method", ["squash", "merge"])
def test_a_label_marks_all_that_its_pull_request_brought(scene: Scene, method: str) -> None:
    for name in "ab":
        scene.people.write("topic", name, name, start=BRANCH)
    pull = merged(scene.github, "topic", BRANCH, method=method)
    assert scene.strays().count(f", #{pull.number}\n") == (1 if method == "squash" else 2)
    scene.github.api(f"repos/kubeflow/kubeflow/issues/{pull.number}/labels", "-f", f"labels[]={LABEL}")
    assert scene.strays() == ""


def test_a_pull_request_may_say_what_its_squash_does_not(scene: Scene) -> None:
    source = scene.people.write("master", "a", "1\n")
    scene.people.write("topic", "a", "2\n", start=BRANCH)
    scene.people.write("topic", "b", "2\n", start=BRANCH)
    number = proposed(scene.github, "topic", BRANCH, body=f"(cherry picked from commit {source})")
    words = ("-f", "merge_method=squash", "-f", "commit_message=")
    scene.github.api("-X", "PUT", f"repos/kubeflow/kubeflow/pulls/{number}/merge", *words)
    assert scene.strays() == ""


def test_a_merged_pull_request_does_not_speak_for_each_commit_that_it_brought(scene: Scene) -> None:
    source = scene.people.write("master", "a", "1\n")
    scene.people.write("topic", "b", "2\n", start=BRANCH)
    merged(scene.github, "topic", BRANCH, method="merge", body=f"(cherry picked from commit {source})")
    assert "1 commit of" in scene.strays()


def test_master_merged_into_the_branch_brings_no_strays(scene: Scene) -> None:
    scene.people.write("side", "a", "1")
    scene.people.merge("master", "side")
    scene.people.merge(BRANCH, "master")
    assert scene.strays() == ""


def test_changes_that_the_release_makes_itself_are_marked(scene: Scene) -> None:
    def edits(sh: object, checkout: str) -> list[Command]:
        return [scene.origin.sh["touch"][f"{checkout}/images.txt"]]

    change = Change("update-prototypes", BRANCH, "Use the images", "Because.", edits, lambda _sh: True)
    pull_requests.propose(scene.origin.release, scene.origin.sh, change)
    branch = head(scene.origin.bare, scene.origin.release.head(change.step))
    number = scene.github.api("repos/kubeflow/kubeflow/pulls")[0]["number"]
    scene.github.api(
        "-X", "PUT", f"repos/kubeflow/kubeflow/pulls/{number}/merge", "-f", "merge_method=squash"
    )
    mark = "Release-only: update-prototypes of v0.2.1-rc.0"
    scene.people.git("fetch", "--quiet")
    for commit in (branch, f"origin/{BRANCH}"):
        assert mark in scene.people.git("log", "-1", "--format=%B", commit).splitlines()
    assert scene.strays() == ""


def test_a_long_list_is_cut_short_with_the_newest_first(scene: Scene) -> None:
    made = [scene.people.write(BRANCH, "a", str(number)) for number in range(13)]
    lines = scene.strays().splitlines()
    assert lines[0].startswith("13 commits of")
    assert [line.split()[0] for line in lines[1:11]] == [commit[:12] for commit in made[:2:-1]]
    assert lines[11] == "  and 3 more"


@pytest.mark.parametrize("method", ["squash", "merge"])
def test_a_merged_pull_request_is_asked_for_until_the_branch_has_it(scene: Scene, method: str) -> None:
    for name in "ab":
        scene.people.write("topic", name, name)
    number = proposed(scene.github, "topic", "master", (WANTED,))
    assert scene.wanted() == ""
    words = ("-f", f"merge_method={method}")
    made = scene.github.api("-X", "PUT", f"repos/kubeflow/kubeflow/pulls/{number}/merge", *words)["sha"]
    assert scene.wanted().splitlines() == [
        f"1 merged pull request with this label is not on {BRANCH} yet",
        f"  {made[:12]} #{number} Merge topic",
        f"scripts/invoke pick --version 0.2.1 --commits {made[:12]}",
    ]
    scene.people.pick(BRANCH, made, "-x", *(("-m", "1") if method == "merge" else ()))
    assert scene.wanted() == ""


def test_labels_of_issues_other_streams_and_closed_pull_requests_ask_for_nothing(scene: Scene) -> None:
    scene.github.api("repos/kubeflow/kubeflow/issues", "-f", "title=x", "-f", f"labels[]={WANTED}")
    repository = scene.github.repository()
    state = repository.read()
    repository.write(replace(state, issues=tuple(replace(issue, closed=1.0) for issue in state.issues)))
    scene.people.write("topic", "a", "1")
    closed = proposed(scene.github, "topic", "master", (WANTED,))
    scene.github.api("-X", "PATCH", f"repos/kubeflow/kubeflow/pulls/{closed}", "-f", "state=closed")
    scene.people.write("other", "b", "1")
    merged(scene.github, "other", "master", ("cherrypick/v0.3",))
    assert scene.wanted() == ""


def test_what_is_under_way_is_told_and_not_asked_for_again(scene: Scene) -> None:
    for name in ("one", "two"):
        scene.people.write(name, name, name)
    one, two = (merged(scene.github, name, "master", (WANTED,)) for name in ("one", "two"))
    scene.people.on("topic", BRANCH)
    scene.people.git("cherry-pick", "-x", one.commit)
    scene.people.pushed()
    number = proposed(scene.github, "topic", BRANCH, body=f"(cherry picked from commit {one.commit})")
    said = scene.wanted()
    assert f"  {one.commit[:12]} #{one.number} Merge one: #{number} proposes it\n" in said
    assert said.endswith(f"\nscripts/invoke pick --version 0.2.1 --commits {two.commit[:12]}")


def test_a_request_that_is_not_on_master_is_told_so(scene: Scene) -> None:
    scene.people.write("feature", "a", "1")
    scene.people.write("topic", "b", "1", start="feature")
    pull = merged(scene.github, "topic", "feature", (WANTED,))
    assert scene.wanted().splitlines()[1:] == [
        f"  {pull.commit[:12]} #{pull.number} Merge topic: merged into feature, and not on master"
    ]


def test_a_request_merged_into_the_branch_itself_is_there(scene: Scene) -> None:
    scene.people.write("topic", "b", "1", start=BRANCH)
    merged(scene.github, "topic", BRANCH, (WANTED, LABEL))
    assert scene.wanted() == ""
