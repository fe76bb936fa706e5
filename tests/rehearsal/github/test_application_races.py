"""Two clients at once on the local GitHub: exactly one makes the thing, the others are told that it is there."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from releasing.rehearsal.github.git.git_objects import references
from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import commit, head
from tests.support.local_github import LocalGitHub, answer_of
from tests.support.protected_branch import MERGE, REPO, opened

RACERS = 4
Outcome = tuple[int, str]


def asked(github: LocalGitHub, *words: str) -> Outcome:
    """Status and the message that explains it."""
    status, _, body = answer_of(github.gh("api", "-i", *words).stdout)
    told = json.loads(body)
    error = (told.get("errors") or [{}])[0]
    return status, error.get("message") or error.get("code") or told.get("message", "")


def raced(*racers: Callable[[], Outcome]) -> list[Outcome]:
    """What each of them got, all of them started together; the successful first."""
    line = threading.Barrier(len(racers))

    def run(racer: Callable[[], Outcome]) -> Outcome:
        line.wait()
        return racer()

    with ThreadPoolExecutor(len(racers)) as pool:
        return sorted(pool.map(run, racers))


def test_one_of_many_creates_a_ref(github: LocalGitHub) -> None:
    path = github.repository().path
    targets = [commit(path, "fix", f"{number}.txt", "a") for number in range(RACERS)]
    words = (f"{REPO}/git/refs", "-f", "ref=refs/tags/v0.2.1", "-f")
    found = raced(*(lambda to=to: asked(github, *words, f"sha={to}") for to in targets))
    assert found == [(201, ""), *[(422, "Reference already exists")] * (RACERS - 1)]
    assert references(path, "refs/tags/v0.2.1")["refs/tags/v0.2.1"].object in targets


def test_one_of_a_push_and_a_request_creates_a_ref(github: LocalGitHub) -> None:
    path = github.repository().path
    pushed_commit, asked_commit = head(path, "master"), head(path, "v0.2-branch")
    lease = ["--force-with-lease=refs/tags/v0.2.1:", f"{pushed_commit}:refs/tags/v0.2.1"]

    def push() -> Outcome:
        done = subprocess.run(
            ["git", "-C", path, "push", path, *lease], capture_output=True, text=True, check=False
        )
        return (201, "") if done.returncode == 0 else (422, "Reference already exists")

    words = (f"{REPO}/git/refs", "-f", "ref=refs/tags/v0.2.1", "-f", f"sha={asked_commit}")
    assert raced(push, lambda: asked(github, *words)) == [(201, ""), (422, "Reference already exists")]


def test_a_ref_that_appears_in_the_last_moment_is_there_already(github: LocalGitHub) -> None:
    path, hook = github.repository().path, github.repository().path / "hooks" / "reference-transaction"
    taken = head(path, "v0.2-branch")
    hook.write_text(f'#!/bin/sh\n[ "$1" = prepared ] || exit 0\necho {taken} > refs/tags/v0.2.1\nexit 1\n')
    hook.chmod(0o755)
    words = (f"{REPO}/git/refs", "-f", "ref=refs/tags/v0.2.1", "-f", f"sha={head(path, 'master')}")
    assert asked(github, *words) == (422, "Reference already exists")
    assert git(path, "rev-parse", "refs/tags/v0.2.1") == taken


def test_one_of_many_opens_a_pull_request(github: LocalGitHub) -> None:
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    words = (f"{REPO}/pulls", "-f", "title=T", "-f", "head=fix", "-f", "base=master")
    found = raced(*[lambda: asked(github, *words)] * RACERS)
    refusal = "A pull request already exists for kubeflow:fix."
    assert found == [(201, ""), *[(422, refusal)] * (RACERS - 1)]
    assert len(github.api(f"{REPO}/pulls")) == 1


def test_one_of_many_publishes_a_release(github: LocalGitHub) -> None:
    words = (f"{REPO}/releases", "-f", "tag_name=v0.2.0")
    found = raced(*[lambda: asked(github, *words)] * RACERS)
    assert found == [(201, ""), *[(422, "already_exists")] * (RACERS - 1)]
    assert len(github.api(f"{REPO}/releases")) == 1


def test_one_of_many_merges_a_pull_request(github: LocalGitHub) -> None:
    path = github.repository().path
    made, before = opened(github), head(path, "master")
    found = raced(*[lambda: asked(github, "-X", "PUT", MERGE, "-f", f"sha={made}")] * RACERS)
    assert [status for status, _ in found] == [200, *[405] * (RACERS - 1)]
    assert git(path, "rev-list", "--first-parent", "--count", f"{before}..master") == "1"


def test_everybody_who_comments_at_once_is_heard(github: LocalGitHub) -> None:
    github.api(f"{REPO}/issues", "-f", "title=T")
    words = (f"{REPO}/issues/1/comments", "-f")
    found = raced(*(lambda n=n: asked(github, *words, f"body=comment {n}") for n in range(RACERS)))
    assert [status for status, _ in found] == [201] * RACERS
    bodies = {one["body"] for one in github.api(f"{REPO}/issues/1/comments")}
    assert bodies == {f"comment {number}" for number in range(RACERS)}
