"""Refs, branches and commits of the local GitHub: git itself, in GitHub's words."""

from __future__ import annotations

from pathlib import Path

from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import commit, head
from tests.support.local_github import LocalGitHub, local_github

REPO = "repos/kubeflow/kubeflow"


def test_a_branch_tells_its_head_and_its_protection(github: LocalGitHub) -> None:
    found = github.api(f"{REPO}/branches/v0.2-branch")
    assert found["commit"]["sha"] == head(github.repository().path, "v0.2-branch")
    assert found["protection"]["required_status_checks"]["contexts"] == ["presubmit"]
    assert github.refused(f"{REPO}/branches/v0.3-branch")[1]["message"] == "Branch not found"


def test_a_branch_with_a_slash_is_found(github: LocalGitHub) -> None:
    made = commit(github.repository().path, "release/images", "a.txt", "a")
    assert github.api(f"{REPO}/branches/release/images")["commit"]["sha"] == made
    assert github.api(f"{REPO}/git/ref/heads/release/images")["object"]["sha"] == made
    assert github.api(f"{REPO}/commits/release/images")["sha"] == made


def test_commits_are_listed_from_a_branch_newest_first(github: LocalGitHub) -> None:
    path = github.repository().path
    listed = github.api(f"{REPO}/commits?sha=master&per_page=1&page=1")
    assert [one["sha"] for one in listed] == [head(path, "master")]
    every = github.gh("api", "--paginate", f"{REPO}/commits?per_page=1", "--jq", ".[].sha").stdout.split()
    assert every == git(path, "rev-list", "master").split()
    assert github.refused(f"{REPO}/commits?sha=nowhere")[0] == 404


def test_a_commit_is_found_by_tag_and_by_id(github: LocalGitHub) -> None:
    path = github.repository().path
    first = head(path, "v0.2-branch")
    assert github.api(f"{REPO}/commits/v0.2.0")["sha"] == first
    assert github.api(f"{REPO}/commits/{first}")["commit"]["message"] == "Write README.md"
    status, body = github.refused(f"{REPO}/commits/{'0' * 40}")
    assert (status, body["message"]) == (422, f"No commit found for SHA: {'0' * 40}")


def test_a_ref_is_created_moved_forward_and_deleted_in_git(github: LocalGitHub) -> None:
    path = github.repository().path
    first, second = head(path, "v0.2-branch"), head(path, "master")
    github.api(f"{REPO}/git/refs", "-f", "ref=refs/heads/v0.3-branch", "-f", f"sha={first}")
    assert head(path, "v0.3-branch") == first
    github.api("-X", "PATCH", f"{REPO}/git/refs/heads/v0.3-branch", "-f", f"sha={second}")
    assert head(path, "v0.3-branch") == second
    assert github.gh("api", "-X", "DELETE", f"{REPO}/git/refs/heads/v0.3-branch").returncode == 0
    assert github.refused(f"{REPO}/git/ref/heads/v0.3-branch")[0] == 404


def test_what_git_would_not_do_is_422(github: LocalGitHub) -> None:
    path = github.repository().path
    first = head(path, "v0.2-branch")
    refs = f"{REPO}/git/refs"
    refused = [
        github.refused(refs, "-f", "ref=refs/tags/v0.2.0", "-f", f"sha={first}"),
        github.refused(refs, "-f", "ref=refs/tags/v0.3.0", "-f", f"sha={'0' * 40}"),
        github.refused(refs, "-f", "ref=v0.3.0", "-f", f"sha={first}"),
        github.refused("-X", "PATCH", f"{refs}/heads/master", "-f", f"sha={first}"),
        github.refused("-X", "PATCH", f"{refs}/heads/nowhere", "-f", f"sha={first}"),
        github.refused("-X", "DELETE", f"{refs}/heads/nowhere"),
    ]
    assert [status for status, _ in refused] == [422] * 6
    assert [body["message"] for _, body in refused] == [
        "Reference already exists",
        "Object does not exist",
        "v0.3.0 is not a valid ref name.",
        "Update is not a fast forward",
        "Reference does not exist",
        "Reference does not exist",
    ]


def test_a_ref_is_moved_back_only_when_forced(github: LocalGitHub) -> None:
    path = github.repository().path
    first = head(path, "v0.2-branch")
    github.api("-X", "PATCH", f"{REPO}/git/refs/heads/master", "-f", f"sha={first}", "-F", "force=true")
    assert head(path, "master") == first


def test_matching_refs_are_those_that_start_so(github: LocalGitHub) -> None:
    git(github.repository().path, "tag", "v0.2.0-rc.0", "v0.2.0")
    found = github.api(f"{REPO}/git/matching-refs/tags/v0.2")
    assert [one["ref"] for one in found] == ["refs/tags/v0.2.0", "refs/tags/v0.2.0-rc.0"]
    assert github.api(f"{REPO}/git/matching-refs/tags/v9") == []


def test_an_annotated_tag_leads_to_its_commit(github: LocalGitHub) -> None:
    path = github.repository().path
    ada = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(path, *ada, "tag", "-a", "v0.2.1", "master", "-m", "Kubeflow 0.2.1")
    found = github.api(f"{REPO}/git/ref/tags/v0.2.1")["object"]
    assert found["type"] == "tag"
    tag = github.api(f"{REPO}/git/tags/{found['sha']}")
    assert (tag["object"]["sha"], tag["message"]) == (head(path, "master"), "Kubeflow 0.2.1")
    assert github.refused(f"{REPO}/git/tags/{head(path, 'master')}")[0] == 404


def test_an_empty_repository_has_no_commits_to_list(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", str(tmp_path / "kubeflow" / "kubeflow.git"))
    with local_github(tmp_path) as github:
        assert github.refused(f"{REPO}/commits")[0] == 409
