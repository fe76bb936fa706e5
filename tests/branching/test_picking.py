"""Picking commits onto the release branch: real git, and a local GitHub for the pull request."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from releasing.branching import picking
from releasing.branching import policy as branching
from releasing.clients.git.commits import Commit
from releasing.config.release_yaml import Config
from releasing.errors import CommandError, PreconditionError, UsageError
from releasing.runbook.step_shell import StepShell
from releasing.shell.command import Command
from releasing.shell.programs import Shell
from tests.support.bare_repository import head, text_of
from tests.support.histories import PERSON, TOGETHER, Workplace, hook, merged, proposed
from tests.support.local_github import LocalGitHub
from tests.support.releases import CONFIG, Origin, hosted, release_at

BRANCH = "v0.2-branch"
PULLS = "repos/kubeflow/kubeflow/pulls"
LABEL = Config.model_validate(
    {**CONFIG.model_dump(exclude_unset=True), "branching": {"release-only-label": "only-here"}}
)


@dataclass(frozen=True)
class Scene:
    origin: Origin
    github: LocalGitHub
    people: Workplace
    told: list[str] = field(default_factory=list)

    def pick(self, *commits: str, sh: StepShell | None = None) -> str:
        """Pick as a command would, with our clone up to date; what was said."""
        self.told.clear()
        self.origin.sh.run(
            self.origin.sh["git"]["-C", self.origin.release.checkout, "fetch", "--prune", "-q"]
        )
        self.told.clear()
        picking.pick(self.origin.release, sh or self.origin.sh, " ".join(commits))
        return "\n".join(self.told)

    def refused(self, *commits: str) -> PreconditionError:
        """The refusal of a pick, which must leave origin and GitHub as they were."""
        before = self.branches(), self.pulls()
        with pytest.raises(PreconditionError) as caught:
            self.pick(*commits)
        assert (self.branches(), self.pulls()) == before
        assert caught.value.code == 4
        assert caught.value.hint
        return caught.value

    def pulls(self) -> list[dict[str, Any]]:
        """The pull requests into the release branch, the oldest first."""
        found: list[dict[str, Any]] = self.github.api(f"{PULLS}?state=all&direction=asc&base={BRANCH}")
        return found

    def branches(self) -> dict[str, str]:
        """The commit of each branch on origin."""
        rows = self.people.git("ls-remote", "--heads", "origin").splitlines()
        return {
            name.removeprefix("refs/heads/"): commit for commit, name in (row.split("\t") for row in rows)
        }

    def picked(self) -> list[str]:
        """The messages of the commits on the one branch that picks, the oldest first."""
        (branch,) = (name for name in self.branches() if "/pick-" in name)
        self.people.git("fetch", "--quiet", "origin")
        shown = self.people.git("log", "--reverse", "--format=%B%x00", f"origin/{BRANCH}..origin/{branch}")
        return [message.strip() for message in shown.split("\0")[:-1]]

    def merge(self) -> None:
        """Squash the one open pull request into the release branch."""
        (number,) = (pull["number"] for pull in self.pulls() if pull["state"] == "open")
        self.github.api("-X", "PUT", f"{PULLS}/{number}/merge", "-f", "merge_method=squash")

    def policy(self) -> bool:
        """Whether every commit of the release branch has its reason."""
        self.origin.fetched()
        return all(finding.holds for _, finding in branching.findings(self.origin.release, self.origin.sh))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with hosted(tmp_path) as (origin, github):
        found = Scene(origin, github, Workplace.of(origin.bare, tmp_path / "people"))
        origin.sh.shell.show = found.told.append
        yield found


def message(text: str, commit: str) -> str:
    return f"{text}\n\n(cherry picked from commit {commit})"


def test_commits_are_proposed_in_the_order_of_master_with_their_sources(scene: Scene) -> None:
    one, two, three = (scene.people.write("master", name, name, f"Add {name} (#{name})") for name in "123")
    said = scene.pick(f"{three[:9]},{one}", two[:7])
    assert scene.picked() == [
        message(f"Add {n} (#{n})", c) for n, c in zip("123", (one, two, three), strict=True)
    ]
    (pull,) = scene.pulls()
    assert (pull["title"], pull["state"], pull["base"]["ref"]) == (
        f"Pick 3 commits onto {BRANCH}",
        "open",
        BRANCH,
    )
    for name, commit in zip("123", (one, two, three), strict=True):
        assert f"- Add {name} (#{name})\n  (cherry picked from commit {commit})" in pull["body"]
    assert said.endswith(
        f"{BRANCH} gets these commits by #1 (open): https://github.com/kubeflow/kubeflow/pull/1"
    )


def test_the_pull_request_of_one_commit_is_named_after_it(scene: Scene) -> None:
    commit = scene.people.write("master", "a", "1", "Mend \x07it (#12)")
    scene.pick(commit)
    assert scene.pulls()[0]["title"] == f"Pick onto {BRANCH}: Mend ?it (#12)"


def test_the_release_branch_keeps_its_policy_when_the_pick_is_squashed(scene: Scene) -> None:
    one, two = (scene.people.write("master", name, name) for name in "ab")
    scene.pick(one, two)
    scene.merge()
    assert scene.policy()
    said = scene.pick(one, two)
    assert said.count("already has: ") == 2
    assert len(scene.pulls()) == 1


def test_a_merge_is_picked_as_what_it_brought(scene: Scene) -> None:
    for name in "ab":
        scene.people.write("side", name, name)
    merge = scene.people.merge("master", "side")
    scene.pick(merge)
    assert scene.picked() == [message("Merge side", merge)]
    (branch,) = (name for name in scene.branches() if "/pick-" in name)
    assert [text_of(scene.origin.bare, branch, name) for name in "ab"] == ["a", "b"]


def test_the_operators_own_folder_and_checkout_are_not_touched(scene: Scene) -> None:
    checkout = scene.origin.sh["git"]["-C", scene.origin.release.checkout]
    before = scene.origin.sh.read(checkout["rev-parse", "HEAD"])
    scene.pick(scene.people.write("master", "a", "1"))
    assert scene.origin.sh.read(checkout["rev-parse", "HEAD"]) == before
    assert scene.origin.sh.read(checkout["status", "--porcelain"]) == ""


def test_what_the_branch_has_is_said_and_the_rest_picked(scene: Scene) -> None:
    there, missing = (scene.people.write("master", name, name) for name in "ab")
    scene.people.pick(BRANCH, there)
    said = scene.pick(there, missing)
    assert f"{BRANCH} already has: {there[:12]} Write a" in said
    assert scene.picked() == [message("Write b", missing)]
    (pull,) = scene.pulls()
    assert there not in pull["body"]


def test_what_the_branch_has_wholly_needs_no_pull_request(scene: Scene) -> None:
    there = scene.people.write("master", "a", "1")
    ancestor = head(scene.origin.bare, BRANCH)
    scene.people.pick(BRANCH, there)
    before = scene.branches()
    assert scene.pick(there, ancestor, there[:7]).count("already has: ") == 2
    assert (scene.branches(), scene.pulls()) == (before, [])


def test_a_change_that_the_branch_has_in_other_patches_is_kept_beside_others(scene: Scene) -> None:
    for number in (1, 2):
        scene.people.write(BRANCH, "a", "".join(f"{n}\n" for n in range(number)), "Part of it")
    same = scene.people.write("master", "a", "0\n1\n", "All of it")
    before = scene.branches()
    assert scene.pick(same).endswith("already contains these changes (as different commits); nothing to do")
    assert (scene.branches(), scene.pulls()) == (before, [])
    other = scene.people.write("master", "b", "1")
    scene.pick(same, other)
    assert scene.picked() == [message("All of it", same), message("Write b", other)]


def test_a_commit_that_is_not_on_master_is_refused(scene: Scene) -> None:
    good = scene.people.write("master", "a", "1")
    wrong = [scene.people.write("feature", name, name) for name in "bc"]
    error = scene.refused(good, *wrong)
    assert error.message.startswith("not on master, and not marked as solely for the release:\n")
    assert all(commit[:12] in error.message for commit in wrong)
    assert good[:12] not in error.message


def test_a_commit_that_is_marked_for_the_release_is_picked_with_its_mark(scene: Scene) -> None:
    only = scene.people.write("hotfix", "a", "1", "Go round it\n\nRelease-only: master does without")
    other = scene.people.write("master", "b", "1")
    scene.pick(only, other)
    assert scene.picked() == [
        message("Write b", other),
        f"Go round it\n\nRelease-only: master does without\n(cherry picked from commit {only})",
    ]
    assert scene.pulls()[0]["body"].endswith("\n\nRelease-only: master does without")
    scene.merge()
    assert scene.policy()
    assert scene.pick(only, other).count("already has: ") == 2


def test_a_commit_whose_pull_request_is_labelled_for_the_release_is_picked_with_a_mark(scene: Scene) -> None:
    labelled = replace(
        scene, origin=replace(scene.origin, release=replace(scene.origin.release, config=LABEL))
    )
    labelled.people.write("v0.1-branch", "old", "1")
    labelled.people.write("topic", "a", "1", start="v0.1-branch")
    pull = merged(labelled.github, "topic", "v0.1-branch", ("only-here",))
    labelled.pick(pull.commit)
    assert labelled.pulls()[0]["body"].endswith(f"\n\nRelease-only: labelled in #{pull.number}")


@pytest.mark.parametrize("text", ["", " , ", "master", "--all", "1234567..89abcdef", "123456", "v0.2.0"])
def test_what_is_no_commit_id_is_a_mistake_of_usage(scene: Scene, text: str) -> None:
    with pytest.raises(UsageError, match="--commits: ") as caught:
        scene.pick(text)
    assert "--commits 1f3c9ab" in caught.value.hint


def test_commits_that_origin_does_not_have_are_named_together(scene: Scene) -> None:
    known = scene.people.write("master", "a", "1")
    assert scene.refused("0123456789", known, "abcdef0").message.startswith(
        "0123456789, abcdef0: each must begin the id of exactly one commit on"
    )


def test_without_a_release_branch_there_is_nothing_to_pick_onto(scene: Scene) -> None:
    commit = scene.people.write("master", "a", "1")
    scene.people.git("push", "--quiet", "origin", "--delete", BRANCH)
    assert scene.refused(commit).hint == "scripts/invoke cut-branch --version 0.2.1"


def conflicting(scene: Scene) -> list[str]:
    """Three commits on master, of which the second conflicts with the release branch in two files."""
    for name in ("a", "b c"):
        scene.people.write(BRANCH, name, "theirs\n", f"Keep {name}\n\nRelease-only: it is so")
    first = scene.people.write("master", "fine", "1")
    scene.people.on("master")
    (scene.people.folder / "b c").write_text("ours\n")
    second = scene.people.write("master", "a", "ours\n", "Change a and b c")
    return [first, second, scene.people.write("master", "also", "1")]


def test_a_conflict_pushes_nothing_and_leaves_the_scratch_clean(scene: Scene) -> None:
    commits = conflicting(scene)
    error = scene.refused(*commits)
    assert error.message.splitlines()[1:] == ["  a", "  'b c'"]
    assert error.message.startswith(f"{commits[1][:12]} Change a and b c (Grace, ")
    assert f"conflicts with {BRANCH} in 2 files; nothing was pushed" in error.message
    (scratch,) = scene.origin.release.folder.glob("pick-*")
    status = subprocess.run(
        ["git", "-C", scratch, "status"], capture_output=True, text=True, check=True
    ).stdout
    assert "nothing to commit, working tree clean" in status
    assert "cherry-pick" not in status


def test_the_way_by_hand_ends_in_the_same_pull_request(scene: Scene, tmp_path: Path) -> None:
    commits = conflicting(scene)
    lines = scene.refused(*commits).hint.splitlines()[1:]
    mended = lines.index("  # resolve the conflicts in the files, then:")
    by_hand = tmp_path / "by hand"
    by_hand.mkdir()

    def pasted(part: list[str]) -> int:
        # A terminal of the operator's, which knows nothing of where git finds github.com here.
        environment = {**PERSON, "PATH": os.environ["PATH"], "GIT_ALLOW_PROTOCOL": "file"}
        return subprocess.run(
            ["bash", "-eu"], input="\n".join(part), text=True, cwd=by_hand, env=environment, check=False
        ).returncode

    assert pasted(lines[:mended]) == 1
    (clone,) = by_hand.iterdir()
    for name in ("a", "b c"):
        (clone / name).write_text("both\n")
    assert pasted(lines[mended:-1]) == 0
    assert lines[-1].split("#")[0].split() == [
        "scripts/invoke", "pick", "--version", "0.2.1", "--commits", ",".join(commit[:12] for commit in commits)
    ]  # fmt: skip
    scene.pick(lines[-1].split()[5])
    assert len(scene.pulls()) == 1
    subjects = ["Write fine", "Change a and b c", "Write also"]
    assert scene.picked() == [message(text, commit) for text, commit in zip(subjects, commits, strict=True)]
    scene.merge()
    assert scene.policy()


def test_a_pick_that_fails_for_another_reason_is_told_as_it_is(scene: Scene) -> None:
    commit = scene.people.write("master", "a", "1")
    scene.origin.sh.environment["GIT_COMMITTER_NAME"] = " "
    with pytest.raises(CommandError, match="disallowed characters"):
        scene.pick(commit)
    del scene.origin.sh.environment["GIT_COMMITTER_NAME"]
    scene.pick(commit)
    assert len(scene.pulls()) == 1


class Killed(BaseException):
    """The end of a run at an arbitrary moment."""


class Mortal(StepShell):
    """The shell of a run that is killed before or after a certain one of its commands."""

    def __init__(self, sh: StepShell, last: int, after: bool) -> None:
        super().__init__(sh.shell, sh.journal, sh.step)
        self.left, self.after = last, after

    def run(self, command: Command) -> None:
        """Run `command`, or die."""
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        super().run(command)
        if self.left == 0:
            raise Killed


@pytest.mark.parametrize("after", [False, True])
def test_a_pick_killed_at_any_command_ends_in_the_same_pull_request_once(scene: Scene, after: bool) -> None:
    commits = [scene.people.write("master", name, name) for name in "ab"]
    last = 0
    while True:
        last += 1
        try:
            scene.pick(*commits, sh=Mortal(scene.origin.sh, last, after))
        except Killed:
            scene.pick(*commits)
            assert len([pull for pull in scene.pulls() if pull["state"] == "open"]) == 1
            assert scene.picked() == [message(f"Write {n}", c) for n, c in zip("ab", commits, strict=True)]
            number = scene.pulls()[-1]["number"]
            scene.people.git("push", "--quiet", "origin", "--delete", scene.pulls()[-1]["head"]["ref"])
            forget(scene, number)
        else:
            break
    assert last > 6


def forget(scene: Scene, number: int) -> None:
    """Make GitHub as if the pull request had never been."""
    repository = scene.github.repository()
    state = repository.read()
    repository.write(replace(state, issues=tuple(each for each in state.issues if each.number != number)))


def test_the_same_pick_again_finds_its_pull_request_whatever_the_order(scene: Scene) -> None:
    one, two = (scene.people.write("master", name, name) for name in "ab")
    scene.pick(one, two)
    before = scene.branches()
    said = scene.pick(two[:10], one[:8])
    assert said == f"{BRANCH} gets these commits by #1 (open): https://github.com/kubeflow/kubeflow/pull/1"
    assert (scene.branches(), len(scene.pulls())) == (before, 1)


def test_a_request_whose_answer_was_lost_is_found(scene: Scene) -> None:
    commit = scene.people.write("master", "a", "1")
    scene.github.faults.add("POST", "/pulls", "apply-then-drop")
    assert scene.pick(commit).endswith(
        "gets these commits by #1 (open): https://github.com/kubeflow/kubeflow/pull/1"
    )
    assert len(scene.pulls()) == 1


def test_a_request_that_failed_is_made_by_the_next_run(scene: Scene) -> None:
    commit = scene.people.write("master", "a", "1")
    scene.github.faults.add("POST", "/pulls", "drop")
    with pytest.raises(CommandError):
        scene.pick(commit)
    assert scene.pulls() == []
    scene.pick(commit)
    assert len(scene.pulls()) == 1


def test_a_pull_request_that_was_closed_is_not_opened_again_silently(scene: Scene) -> None:
    commit = scene.people.write("master", "a", "1")
    scene.pick(commit)
    scene.github.api("-X", "PATCH", f"{PULLS}/1", "-f", "state=closed")
    error = scene.refused(commit)
    assert "#1, the pull request of this pick, was closed without being merged" in error.message
    scene.github.api(*error.hint.partition("gh api ")[2].split())
    assert "#1 (open)" in scene.pick(commit)


def test_a_branch_that_picks_something_else_is_refused(scene: Scene) -> None:
    commit = scene.people.write("master", "a", "1", "Add a")
    asked = [only_id(commit)]
    scene.people.write(picking.head(scene.origin.release, asked), "b", "1", start=BRANCH)
    error = scene.refused(commit)
    assert f"{commit[:12]} Add a" in error.message
    assert f"git push origin --delete {picking.head(scene.origin.release, asked)}" in error.hint


def only_id(commit: str) -> Commit:
    """A commit of which nothing but the id is known."""
    return Commit(commit, (), "", "", "")


def test_another_open_pull_request_with_the_same_commit_is_told(scene: Scene) -> None:
    commit = scene.people.write("master", "a", "1")
    scene.people.on("theirs", BRANCH)
    scene.people.git("cherry-pick", "-x", commit)
    scene.people.pushed()
    number = proposed(scene.github, "theirs", BRANCH, body=f"(cherry picked from commit {commit})")
    assert f"another pull request has some of these commits, too: #{number} (open): https://" in scene.pick(
        commit
    )
    assert len(scene.pulls()) == 2


def test_two_who_pick_the_same_at_once_open_one_pull_request(scene: Scene, tmp_path: Path) -> None:
    commits = [scene.people.write("master", name, name) for name in "ab"]
    sh = StepShell(Shell(scene.origin.sh.environment), scene.origin.sh.journal, "other")
    other = Origin(release_at(tmp_path / "other"), scene.origin.bare, sh).fetched()
    scene.origin.fetched()
    hook(scene.origin.bare, "pre-receive", TOGETHER)
    with ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(picking.pick, who.release, who.sh, ",".join(commits)) for who in (scene.origin, other)
        ]
        for run in runs:
            run.result()
    assert len(scene.pulls()) == 1
    assert scene.picked() == [message(f"Write {n}", c) for n, c in zip("ab", commits, strict=True)]


def test_picks_of_other_versions_and_commits_have_branches_of_their_own(scene: Scene) -> None:
    release, one, two = scene.origin.release, only_id("1" * 40), only_id("2" * 40)
    later = replace(release, version=replace(release.version, patch=2))
    names = {picking.head(where, what) for where in (release, later) for what in ([one], [two], [one, two])}
    assert len(names) == 6
    assert picking.head(release, [one, two]) == picking.head(release, [two, one])
    next_candidate = replace(release, candidate=replace(release.candidate, number=1))
    assert picking.head(next_candidate, [one]) == picking.head(release, [one])
