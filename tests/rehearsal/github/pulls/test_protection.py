"""Protected branches of the local GitHub: by rule of NAME.protection.json, held against merges and pushes."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import bare_project, commit, head
from tests.support.local_github import SETTINGS, LocalGitHub, local_github
from tests.support.protected_branch import MERGE, PULL, REPO, opened, protect, protect_by, standing

IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
QUEUE = (
    "mutation($id: ID!) { enqueuePullRequest(input: {pullRequestId: $id}) { mergeQueueEntry { position } } }"
)


def pushed(path: Path, where: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Push from a clone as a person does, with git itself."""
    if not where.exists():
        git(where.parent, "clone", "--quiet", str(path), str(where))
        git(where, *IDENTITY, "commit", "--quiet", "--allow-empty", "-m", "By hand")
    return subprocess.run(["git", "-C", where, "push", *words], capture_output=True, text=True, check=False)


def test_without_rules_presubmits_are_required_everywhere_and_with_them_by_rule_only(
    github: LocalGitHub,
) -> None:
    contexts = "required_status_checks"
    assert github.api(f"{REPO}/branches/v0.2-branch")["protection"][contexts]["contexts"] == ["presubmit"]
    protect(github, required_contexts=["lint", "presubmit"])
    found = github.api(f"{REPO}/branches/master")
    assert (found["protected"], found["protection"][contexts]["contexts"]) == (True, ["lint", "presubmit"])
    assert github.api(f"{REPO}/branches/v0.2-branch")["protected"] is False


def test_a_rule_of_the_very_name_comes_before_the_first_glob_that_fits(github: LocalGitHub) -> None:
    rules = {"v*": {"required_contexts": ["a"]}, "*": {"required_contexts": ["b"]}}
    protect_by({**rules, "v0.2-branch": {"required_contexts": ["c"]}}, github)
    path = github.repository().path
    for branch in ("v0.3-branch", "v/deep"):
        commit(path, branch, "a.txt", "a")

    def required(branch: str) -> list[str]:
        protection = github.api(f"{REPO}/branches/{branch}")["protection"]
        contexts: list[str] = protection["required_status_checks"]["contexts"]
        return contexts

    names = ("v0.2-branch", "v0.3-branch", "master", "v/deep")
    assert [required(name) for name in names] == [["c"], ["a"], ["b"], []]


def test_a_required_check_that_nobody_reports_holds_the_merge(github: LocalGitHub) -> None:
    protect(github, required_contexts=["lint"])
    made = opened(github)
    assert "is expected" in github.refused("-X", "PUT", MERGE)[1]["message"]
    github.api(f"{REPO}/statuses/{made}", "-f", "state=success", "-f", "context=lint")
    assert github.api("-X", "PUT", MERGE)["merged"] is True


def test_a_check_that_is_not_required_makes_a_pull_request_unstable_and_holds_nothing(
    github: LocalGitHub,
) -> None:
    protect(github, required_contexts=["presubmit"])
    made = opened(github)
    assert standing(github) == "clean"
    github.api(f"{REPO}/statuses/{made}", "-f", "state=failure", "-f", "context=coverage")
    assert standing(github) == "unstable"
    assert github.api("-X", "PUT", MERGE)["merged"] is True


def test_a_head_behind_its_base_is_updated_and_then_merged(github: LocalGitHub) -> None:
    protect(github, up_to_date=True)
    path = github.repository().path
    made = opened(github)
    base = commit(path, "master", "later.txt", "later\n")
    assert standing(github) == "behind"
    assert github.refused("-X", "PUT", MERGE)[0] == 405
    update = f"{PULL}/update-branch"
    assert github.refused("-X", "PUT", update, "-f", f"expected_head_sha={base}")[0] == 422
    github.api("-X", "PUT", update, "-f", f"expected_head_sha={made}")
    assert git(path, "show", "-s", "--format=%P", "fix").split() == [made, base]
    assert github.refused("-X", "PUT", update)[0] == 422
    assert standing(github) == "clean"
    assert github.api("-X", "PUT", MERGE)["merged"] is True


def test_a_merge_queue_refuses_a_direct_merge_and_merges_by_itself(github: LocalGitHub) -> None:
    protect(github, merge_queue=True, required_contexts=["presubmit"])
    opened(github)
    status, body = github.refused("-X", "PUT", MERGE)
    assert (status, body["message"]) == (405, "Changes must be made through the merge queue")
    node = github.api(PULL)["node_id"]
    entry = github.api("graphql", "-f", f"query={QUEUE}", "-f", f"id={node}")
    assert entry["data"]["enqueuePullRequest"]["mergeQueueEntry"]["position"] == 1
    found = github.api(PULL)
    assert (found["merged"], found["merge_commit_sha"]) == (True, head(github.repository().path, "master"))


def test_what_is_blocked_does_not_enter_the_queue_and_what_moves_leaves_it(tmp_path: Path) -> None:
    path = bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    with local_github(tmp_path, replace(SETTINGS, presubmits=(), pending_seconds=3600)) as github:
        protect(github, merge_queue=True, required_contexts=["lint"])
        made = opened(github)
        node = github.api(PULL)["node_id"]
        words = ("api", "graphql", "-f", f"query={QUEUE}", "-f", f"id={node}")
        assert github.gh(*words).returncode == 1
        github.api(f"{REPO}/statuses/{made}", "-f", "state=success", "-f", "context=lint")
        assert github.gh(*words).returncode == 0
        (issue,) = github.repository().read().issues
        assert issue.pull is not None
        assert issue.pull.queued is not None
        commit(path, "fix", "fix.txt", "fixed again\n")
        assert github.api(PULL)["merged"] is False
        (issue,) = github.repository().read().issues
        assert issue.pull is not None
        assert issue.pull.queued is None


def test_pushes_to_a_protected_branch_are_refused_by_git(github: LocalGitHub, tmp_path: Path) -> None:
    path = github.repository().path
    protect_by(
        {"v0.2-branch": {}, "master": {"pull_requests_only": True}, "v*": {"pull_requests_only": True}},
        github,
    )
    before = head(path, "master")
    clone = tmp_path / "clone"
    for refspec in ("HEAD:master", "+HEAD:master"):
        done = pushed(path, clone, "origin", refspec)
        assert done.returncode == 1
        assert "GH006: Protected branch update failed for refs/heads/master." in done.stderr
    assert head(path, "master") == before
    for refspec in (
        "HEAD:refs/heads/v0.3-branch",
        "HEAD:v0.2-branch",
        "HEAD:refs/heads/v/deep",
        "HEAD:refs/tags/v9",
    ):
        assert pushed(path, clone, "origin", refspec).returncode == 0, refspec
    git(clone, *IDENTITY, "commit", "--quiet", "--allow-empty", "-m", "Again")
    for refspec in ("HEAD:refs/heads/v0.3-branch", ":refs/heads/v0.3-branch"):
        assert pushed(path, clone, "origin", refspec).returncode == 1, refspec
    assert pushed(path, clone, "origin", "HEAD:refs/heads/v/deep").returncode == 0


def test_a_protected_branch_still_takes_merges_and_is_free_again_without_rules(
    github: LocalGitHub, tmp_path: Path
) -> None:
    path = github.repository().path
    protect(github, pull_requests_only=True)
    opened(github)
    assert github.api("-X", "PUT", MERGE)["merged"] is True
    github.repository().beside("protection.json").unlink()
    github.api(REPO)
    assert pushed(path, tmp_path / "clone", "origin", "HEAD:master").returncode == 0


def test_a_protected_ref_is_not_moved_by_a_request_either(github: LocalGitHub) -> None:
    protect(github, pull_requests_only=True)
    first = head(github.repository().path, "v0.2-branch")
    ref = f"{REPO}/git/refs/heads/master"
    status, body = github.refused("-X", "PATCH", ref, "-f", f"sha={first}", "-F", "force=true")
    assert (status, "Protected branch update failed" in body["message"]) == (422, True)
    assert github.refused("-X", "DELETE", ref)[0] == 422


def test_what_protects_a_branch_is_told_to_anybody(github: LocalGitHub) -> None:
    rules = {"required_contexts": ["lint"], "required_approving_reviews": 2, "up_to_date": True}
    protect(github, **rules, merge_queue=True, pull_requests_only=True)
    found = {one["type"]: one.get("parameters") for one in github.api(f"{REPO}/rules/branches/master")}
    assert [*found] == [
        "pull_request",
        "required_status_checks",
        "merge_queue",
        "deletion",
        "non_fast_forward",
    ]
    assert found["pull_request"]["required_approving_review_count"] == 2
    assert found["required_status_checks"]["strict_required_status_checks_policy"] is True
    assert github.api(f"{REPO}/rules/branches/v0.2-branch") == []


@pytest.mark.parametrize(
    "rules", [{"master": {"required_context": ["a"]}}, {"$(id)": {"pull_requests_only": True}}]
)
def test_rules_that_cannot_be_followed_are_told(github: LocalGitHub, rules: object) -> None:
    protect_by(rules, github)
    assert github.refused(REPO)[0] == 500
    github.expect("status 500")
