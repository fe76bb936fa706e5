"""The merge button of the local GitHub: what it makes in git, what it refuses, and how checks hold it back."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from releasing.rehearsal.github.gh_environment import gh_environment
from releasing.rehearsal.github.git.git_objects import is_ancestor
from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import bare_project, commit, head, text_of
from tests.support.local_github import GH, SETTINGS, LocalGitHub, local_github
from tests.support.paths import ROOT

REPO = "repos/kubeflow/kubeflow"
MERGE = f"{REPO}/pulls/1/merge"
SERVER = """
import sys
from pathlib import Path
from releasing.rehearsal.github.application import serve
from releasing.rehearsal.github.state import ServerSettings
serve(Path(sys.argv[1]), Path(sys.argv[2]), ServerSettings("manager"))
"""


def opened(github: LocalGitHub, text: str = "fixed\n", file: str = "fix.txt") -> str:
    made = commit(github.repository().path, "fix", file, text)
    words = ("-f", "title=Fix it", "-f", "body=Because.", "-f", "head=fix", "-f", "base=master")
    github.api(f"{REPO}/pulls", *words)
    return made


def test_a_merge_has_both_parents_and_github_for_a_committer(github: LocalGitHub) -> None:
    path = github.repository().path
    base, made = head(path, "master"), opened(github)
    merged = github.api("-X", "PUT", MERGE, "-f", f"sha={made}")["sha"]
    assert head(path, "master") == merged
    shown = git(path, "show", "-s", "--format=%P|%an|%cn|%B", merged)
    assert shown.strip() == f"{base} {made}|manager|GitHub|Merge pull request #1 from kubeflow/fix\n\nFix it"


def test_a_squash_is_one_commit_titled_with_the_number(github: LocalGitHub) -> None:
    path = github.repository().path
    base, _ = head(path, "master"), opened(github)
    merged = github.api("-X", "PUT", MERGE, "-f", "merge_method=squash")["sha"]
    assert git(path, "show", "-s", "--format=%P|%B", merged).strip() == f"{base}|Fix it (#1)\n\nBecause."
    assert text_of(path, merged, "fix.txt") == "fixed"
    found = github.api(f"{REPO}/pulls/1")
    assert (found["merged"], found["state"], found["merge_commit_sha"]) == (True, "closed", merged)
    assert github.gh("api", MERGE).returncode == 0


def test_a_merge_pinned_to_a_head_that_moved_is_409(github: LocalGitHub) -> None:
    path = github.repository().path
    first = opened(github)
    second = commit(path, "fix", "fix.txt", "fixed again\n")
    status, body = github.refused("-X", "PUT", MERGE, "-f", f"sha={first}")
    assert (status, body["message"]) == (409, "Head branch was modified. Review and try the merge again.")
    assert not is_ancestor(path, second, "master")


def test_a_conflict_is_not_mergeable_and_leaves_the_base_alone(github: LocalGitHub) -> None:
    path = github.repository().path
    opened(github, "one\n2\nthree\n", "config.txt")
    base = commit(path, "master", "config.txt", "one\nTWO\nthree\n")
    found = github.api(f"{REPO}/pulls/1")
    assert (found["mergeable"], found["mergeable_state"]) == (False, "dirty")
    assert github.refused("-X", "PUT", MERGE)[0] == 405
    assert head(path, "master") == base


def test_what_is_merged_closed_or_a_draft_is_405(github: LocalGitHub) -> None:
    path = github.repository().path
    opened(github)
    github.api("-X", "PUT", MERGE)
    commit(path, "second", "second.txt", "two\n")
    commit(path, "third", "third.txt", "three\n")
    fields = ("-f", "title=T", "-f", "base=master")
    github.api(f"{REPO}/pulls", *fields, "-f", "head=second")
    github.api("-X", "PATCH", f"{REPO}/pulls/2", "-f", "state=closed")
    github.api(f"{REPO}/pulls", *fields, "-f", "head=third", "-F", "draft=true")
    assert [github.refused("-X", "PUT", f"{REPO}/pulls/{n}/merge")[0] for n in (1, 2, 3)] == [405] * 3
    assert github.refused(f"{REPO}/pulls/2/merge")[0] == 404


def test_a_rebase_is_not_allowed_as_the_repository_says(github: LocalGitHub) -> None:
    opened(github)
    status, body = github.refused("-X", "PUT", MERGE, "-f", "merge_method=rebase")
    assert (status, body["message"]) == (405, "Rebase merges are not allowed on this repository.")
    assert github.api(REPO)["allow_rebase_merge"] is False


def test_a_pending_presubmit_holds_the_merge_until_it_succeeds(tmp_path: Path) -> None:
    bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    with local_github(tmp_path, replace(SETTINGS, pending_seconds=3600)) as github:
        made = opened(github)
        assert github.api(f"{REPO}/commits/{made}/status")["state"] == "pending"
        status, body = github.refused("-X", "PUT", MERGE)
        assert (status, body["message"]) == (405, 'Required status check "presubmit" is pending.')

        state = github.repository().read()
        github.repository().write(replace(state, heads={made: state.heads[made] - 3600}))
        assert github.api(f"{REPO}/commits/{made}/status")["state"] == "success"
        assert github.api("-X", "PUT", MERGE)["merged"] is True
        reports = github.api(f"{REPO}/commits/{made}/statuses")
        assert [one["state"] for one in reports if one["context"] == "presubmit"] == ["success", "pending"]


def test_a_postsubmit_is_pending_on_the_merge_and_settled_on_older_commits(tmp_path: Path) -> None:
    path = bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    before = head(path, "master")
    with local_github(tmp_path, replace(SETTINGS, presubmits=(), pending_seconds=3600)) as github:
        opened(github)
        merged = github.api("-X", "PUT", MERGE)["sha"]
        standing = {
            one: github.api(f"{REPO}/commits/{one}/status") for one in (before, merged, "v0.2-branch")
        }
        assert {one: found["state"] for one, found in standing.items()} == {
            before: "success",
            merged: "pending",
            "v0.2-branch": "success",
        }
        assert [one["context"] for one in standing[merged]["statuses"]] == ["postsubmit"]


def test_a_verdict_makes_a_check_fail_and_blocks_the_merge(github: LocalGitHub) -> None:
    made = opened(github)
    verdicts = github.repository().path.with_name("kubeflow.verdicts.json")
    verdicts.write_text(json.dumps({made: {"presubmit": "failure"}}))
    assert github.api(f"{REPO}/commits/{made}/status")["state"] == "failure"
    assert github.api(f"{REPO}/pulls/1")["mergeable_state"] == "blocked"
    assert "failing" in github.refused("-X", "PUT", MERGE)[1]["message"]
    verdicts.write_text(json.dumps({"*": {"postsubmit": "error"}}))
    merged = github.api("-X", "PUT", MERGE)["sha"]
    assert github.api(f"{REPO}/commits/{merged}/status")["state"] == "failure"


def test_a_status_that_somebody_posts_counts(github: LocalGitHub) -> None:
    made = opened(github)
    words = ("-f", "state=failure", "-f", "context=presubmit", "-f", "description=no")
    assert github.api(f"{REPO}/statuses/{made}", *words)["creator"]["login"] == "manager"
    assert github.refused("-X", "PUT", MERGE)[0] == 405
    assert github.refused(f"{REPO}/statuses/{'0' * 40}", "-f", "state=success")[0] == 422
    assert github.api(f"{REPO}/commits/{made}/check-runs") == {"total_count": 0, "check_runs": []}


def test_a_server_killed_just_after_the_base_moved_knows_of_the_merge(tmp_path: Path) -> None:
    path = bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    with local_github(tmp_path, replace(SETTINGS, presubmits=())) as github:
        opened(github)
        merge_and_be_killed(github, "committed")
        found = github.api(f"{REPO}/pulls/1")
        assert (found["merged"], found["merge_commit_sha"]) == (True, head(path, "master"))


def test_a_server_killed_just_before_the_base_moves_merges_at_the_second_attempt(tmp_path: Path) -> None:
    path = bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    with local_github(tmp_path, replace(SETTINGS, presubmits=())) as github:
        opened(github)
        base = head(path, "master")
        merge_and_be_killed(github, "prepared")
        assert (github.api(f"{REPO}/pulls/1")["merged"], head(path, "master")) == (False, base)
        assert github.api("-X", "PUT", MERGE)["sha"] == head(path, "master")


def merge_and_be_killed(github: LocalGitHub, moment: str) -> None:
    """Squash by a second server, which git's own hook kills at this moment of the move of the base."""
    path = github.repository().path
    hook = path / "hooks" / "reference-transaction"
    # The parent of git is the server. Refused, the move does not happen.
    hook.write_text(f'#!/bin/sh\n[ "$1" = {moment} ] || exit 0\nkill -9 $(ps -o ppid= -p $PPID)\nexit 1\n')
    hook.chmod(0o755)
    socket_path = github.socket.with_name("other")
    gh = {"PATH": os.environ["PATH"], **gh_environment(github.socket.parent / "other-gh", socket_path)}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, github.root, socket_path],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        while not answers(socket_path):
            assert server.poll() is None
        words = [str(GH), "api", "-X", "PUT", MERGE, "-f", "merge_method=squash"]
        assert subprocess.run(words, env=gh, capture_output=True, check=False).returncode == 1
        assert server.wait(30) == -signal.SIGKILL
        while (path / "refs" / "heads" / "master.lock").exists():
            pass
    finally:
        server.kill()
        server.wait()
        hook.unlink()


def answers(path: Path) -> bool:
    """Whether somebody accepts connections on the socket."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0
