"""What a branching policy asks of the local GitHub: what differs, by which pull request, with which label."""

from __future__ import annotations

import pytest

from releasing.rehearsal.github.existing_repositories import found
from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import commit, head
from tests.support.local_github import LocalGitHub
from tests.support.protected_branch import MERGE, REPO, known, opened

LABEL = "cherrypick/v0.2"


@pytest.mark.parametrize(
    ("base", "branch", "status", "ahead", "behind"),
    [
        ("v0.2-branch", "master", "ahead", 1, 0),
        ("master", "v0.2-branch", "behind", 0, 1),
        ("master", "master", "identical", 0, 0),
        ("master", "fix", "diverged", 2, 1),
    ],
)
def test_two_commits_are_compared(
    github: LocalGitHub, base: str, branch: str, status: str, ahead: int, behind: int
) -> None:
    path = github.repository().path
    picked = [commit(path, "fix", name, "a", start="v0.2-branch") for name in ("a.txt", "b.txt")]
    compared = github.api(f"{REPO}/compare/{base}...{branch}")
    assert (compared["status"], compared["ahead_by"], compared["behind_by"]) == (status, ahead, behind)
    assert compared["base_commit"]["sha"] == head(path, base)
    if branch == "fix":
        assert [one["sha"] for one in compared["commits"]] == picked
        assert [one["filename"] for one in compared["files"]] == ["a.txt", "b.txt"]
        assert compared["merge_base_commit"]["sha"] == head(path, "v0.2-branch")


def test_a_comparison_comes_in_pages_with_its_files_on_the_first(github: LocalGitHub) -> None:
    path = github.repository().path
    made = [commit(path, "fix", f"{number}.txt", "a") for number in range(3)]
    pages = [github.api(f"{REPO}/compare/master...fix?per_page=2&page={page}") for page in (1, 2)]
    assert [one["sha"] for page in pages for one in page["commits"]] == made
    assert [len(page["files"]) for page in pages] == [3, 0]
    assert [page["total_commits"] for page in pages] == [3, 3]


def test_what_cannot_be_compared_is_not_found(github: LocalGitHub) -> None:
    root = orphan(github)
    assert github.refused(f"{REPO}/compare/master...nowhere")[0] == 404
    assert github.refused(f"{REPO}/compare/ada:master...master")[0] == 404
    status, body = github.refused(f"{REPO}/compare/master...{root}")
    assert (status, "No common ancestor" in body["message"]) == (404, True)


def orphan(github: LocalGitHub) -> str:
    """A commit without parents, on a branch of its own."""
    path = github.repository().path
    made = git(
        path, "-c", "user.name=Ada", "-c", "user.email=ada@example.org",
        "commit-tree", git(path, "mktree"), "-m", "Apart",
    )  # fmt: skip
    git(path, "update-ref", "refs/heads/apart", made)
    return made


def test_merged_pull_requests_are_found_by_label_with_when_they_were_merged(github: LocalGitHub) -> None:
    opened(github)
    opened(github, "other")
    for number in (1, 2):
        github.api(f"{REPO}/issues/{number}/labels", "-f", f"labels[]={LABEL}")
    merged = github.api("-X", "PUT", MERGE)["sha"]
    github.api("-X", "PATCH", f"{REPO}/pulls/2", "-f", "state=closed")
    github.api(f"{REPO}/issues", "-f", "title=An issue", "-f", f"labels[]={LABEL}")
    listed = github.api(f"{REPO}/issues?labels={LABEL}&state=closed")
    assert [(one["number"], one["pull_request"]["merged_at"] is None) for one in listed] == [
        (2, True),
        (1, False),
    ]
    assert [one["number"] for one in github.api(f"{REPO}/commits/{merged}/pulls")] == [1]


def test_a_commit_leads_to_the_pull_requests_that_hold_it(github: LocalGitHub) -> None:
    made = opened(github)
    second = commit(github.repository().path, "fix", "more.txt", "more\n")
    assert github.api(f"{REPO}/commits/v0.2-branch/pulls") == []
    assert [one["number"] for one in github.api(f"{REPO}/commits/{made}/pulls")] == [1]
    merged = github.api("-X", "PUT", MERGE, "-f", "merge_method=squash")["sha"]
    for brought in (made, second, merged):
        (pull,) = github.api(f"{REPO}/commits/{brought}/pulls")
        assert (pull["number"], pull["merge_commit_sha"]) == (1, merged)
    assert github.refused(f"{REPO}/commits/{'0' * 40}/pulls")[0] == 422


def test_every_commit_of_a_rebase_leads_to_its_pull_request(github: LocalGitHub) -> None:
    opened(github)
    commit(github.repository().path, "fix", "more.txt", "more\n")
    github.repository().beside("settings.json").write_text('{"allow_rebase_merge": true}')
    last = github.api("-X", "PUT", MERGE, "-f", "merge_method=rebase")["sha"]
    for brought in (last, f"{last}~1"):
        commit_id = git(github.repository().path, "rev-parse", brought)
        assert [one["number"] for one in github.api(f"{REPO}/commits/{commit_id}/pulls")] == [1]
    assert git(github.repository().path, "log", "-1", "--format=%cn %s", last) == "manager Write more.txt"
    outside = git(github.repository().path, "rev-parse", f"{last}~2")
    assert github.api(f"{REPO}/commits/{outside}/pulls") == []


def test_a_closed_pull_request_brought_nothing(github: LocalGitHub) -> None:
    made = opened(github)
    github.api("-X", "PATCH", f"{REPO}/pulls/1", "-f", "state=closed")
    assert github.api(f"{REPO}/commits/{made}/pulls") == []


def test_milestones_are_made_listed_and_asked_for_by_number(github: LocalGitHub) -> None:
    for words in (("title=v0.2.0", "state=closed"), ("title=v0.2.1", "description=Fixes")):
        github.api(f"{REPO}/milestones", *(word for field in words for word in ("-f", field)))
    assert [one["number"] for one in github.api(f"{REPO}/milestones")] == [2]
    assert [one["title"] for one in github.api(f"{REPO}/milestones?state=all")] == ["v0.2.0", "v0.2.1"]
    assert github.refused(f"{REPO}/milestones", "-f", "title=v0.2.1")[0] == 422
    github.api(f"{REPO}/issues", "-f", "title=Blocker", "-F", "milestone=2")
    (milestone,) = github.api(f"{REPO}/milestones")
    assert (milestone["open_issues"], milestone["closed_issues"]) == (1, 0)
    assert len(github.api(f"{REPO}/issues?milestone=2")) == 1


def test_an_issue_is_closed_refiled_and_relabelled(github: LocalGitHub) -> None:
    github.api(f"{REPO}/milestones", "-f", "title=v0.2.1")
    github.api(f"{REPO}/issues", "-f", "title=Blocker", "-f", "labels[]=p0")
    path = f"{REPO}/issues/1"
    edited = github.api("-X", "PATCH", path, "-f", "state=closed", "-F", "milestone=1", "-f", "labels[]=p1")
    assert (edited["state"], edited["milestone"]["title"]) == ("closed", "v0.2.1")
    assert [label["name"] for label in edited["labels"]] == ["p1"]
    assert github.api("-X", "PATCH", path, "-f", "state=open")["closed_at"] is None
    assert github.refused("-X", "PATCH", path, "-F", "milestone=9")[0] == 422


def test_labels_of_somebody_who_may_not_push_are_dropped(github: LocalGitHub) -> None:
    known(github, eve={"login": "eve", "roles": {"*": "pull"}})
    issue = github.of("eve").api(f"{REPO}/issues", "-f", "title=T", "-f", "labels[]=p0")
    assert (issue["labels"], issue["user"]["login"]) == ([], "eve")
    assert github.of("eve").refused(f"{REPO}/issues/1/labels", "-f", "labels[]=p0")[0] == 403


def test_the_newest_release_of_another_repository_that_is_no_prerelease_is_found(
    github: LocalGitHub,
) -> None:
    releases = [("v0.1.0", False), ("v0.2.0", False), ("v0.3.0-rc.1", True)]
    found(github.root, "kubeflow/tf-operator", releases)
    assert github.api("repos/kubeflow/tf-operator/releases/latest")["tag_name"] == "v0.2.0"
    listed = github.api("repos/kubeflow/tf-operator/releases")
    assert [one["tag_name"] for one in listed] == ["v0.3.0-rc.1", "v0.2.0", "v0.1.0"]
    refs = github.api("repos/kubeflow/tf-operator/git/matching-refs/tags/v0.2")
    assert [one["ref"] for one in refs] == ["refs/tags/v0.2.0"]
    found(github.root, "kubeflow/tf-operator", [("v9", False)])
    assert len(github.api("repos/kubeflow/tf-operator/releases")) == 3
