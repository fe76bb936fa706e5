"""What people look at with the real gh, whose commands ask by GraphQL; everything is the same as by REST."""

from __future__ import annotations

import json
from typing import Any

import pytest

from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import commit
from tests.support.local_github import LocalGitHub
from tests.support.protected_branch import REPO, opened, protect, reviewed

PULL_FIELDS = (
    "additions,assignees,author,autoMergeRequest,baseRefName,baseRefOid,body,changedFiles,closed,closedAt,"
    "closingIssuesReferences,comments,commits,createdAt,deletions,files,fullDatabaseId,headRefName,headRefOid,"
    "headRepository,headRepositoryOwner,id,isCrossRepository,isDraft,labels,latestReviews,maintainerCanModify,"
    "mergeCommit,mergeStateStatus,mergeable,mergedAt,mergedBy,milestone,number,potentialMergeCommit,reactionGroups,"
    "reviewDecision,reviewRequests,reviews,state,statusCheckRollup,title,updatedAt,url"
)


@pytest.fixture
def world(github: LocalGitHub) -> LocalGitHub:
    """Pull request 1 is open, 2 is merged, issue 3 is open with a label, 4 is closed; two releases."""
    opened(github, "fix")
    opened(github, "more")
    github.api("-X", "PUT", f"{REPO}/pulls/2/merge")
    github.api(f"{REPO}/issues", "-f", "title=It breaks", "-f", "body=Why?", "-f", "labels[]=priority/p0")
    github.api(f"{REPO}/issues/3/comments", "-f", "body=Because.")
    github.api(f"{REPO}/issues", "-f", "title=Done")
    github.api("-X", "PATCH", f"{REPO}/issues/4", "-f", "state=closed")
    for tag, pre in (("v0.2.0", "false"), ("v0.2.1-rc.0", "true")):
        github.api(f"{REPO}/releases", "-f", f"tag_name={tag}", "-F", f"prerelease={pre}")
    return github


def said(github: LocalGitHub, *words: str) -> str:
    """What gh prints for the repository; it must succeed."""
    done = github.gh(*words, "-R", "kubeflow/kubeflow")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def told(github: LocalGitHub, *words: str) -> Any:
    return json.loads(said(github, *words))


def numbers(github: LocalGitHub, *words: str) -> list[int]:
    return [row["number"] for row in told(github, *words, "--json", "number")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), [1]),
        (("--state", "all"), [2, 1]),
        (("--state", "merged"), [2]),
        (("--state", "closed"), [2]),
        (("--head", "fix"), [1]),
        (("--base", "v0.2-branch", "--state", "all"), []),
        (("--author", "@me"), [1]),
        (("--author", "somebody"), []),
        (("--search", "write more", "--state", "all"), [2]),
        (("--search", "is:merged", "--state", "all"), [2]),
        (("--label", "bug"), []),
        (("--state", "all", "--limit", "1"), [2]),
        (("--draft",), []),
    ],
    ids=str,
)
def test_pull_requests_are_listed_as_they_were_asked_for(
    world: LocalGitHub, words: tuple[str, ...], expected: list[int]
) -> None:
    assert numbers(world, "pr", "list", *words) == expected
    assert len(said(world, "pr", "list", *words).splitlines()) == len(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), [3]),
        (("--state", "all"), [4, 3]),
        (("--label", "priority/p0"), [3]),
        (("--label", "priority/p1"), []),
        (("--author", "manager", "--state", "closed"), [4]),
        (("--assignee", "somebody"), []),
        (("--search", "breaks"), [3]),
    ],
    ids=str,
)
def test_issues_are_listed_as_they_were_asked_for(
    world: LocalGitHub, words: tuple[str, ...], expected: list[int]
) -> None:
    assert numbers(world, "issue", "list", *words) == expected


def test_many_are_listed_page_by_page(github: LocalGitHub) -> None:
    for number in range(1, 106):
        github.api(f"{REPO}/issues", "-f", f"title=Number {number}")
    assert numbers(github, "issue", "list", "--limit", "200") == [*range(105, 0, -1)]


def test_every_field_of_a_pull_request_is_what_rest_tells(world: LocalGitHub) -> None:
    for number in (1, 2):
        found = told(world, "pr", "view", str(number), "--json", PULL_FIELDS)
        rest = world.api(f"{REPO}/pulls/{number}")
        assert (found["title"], found["url"], found["headRefOid"]) == (
            rest["title"],
            rest["html_url"],
            rest["head"]["sha"],
        )
        assert (found["additions"], found["deletions"], found["changedFiles"]) == (
            rest["additions"],
            rest["deletions"],
            rest["changed_files"],
        )
        assert found["mergeStateStatus"].lower() == rest["mergeable_state"]
        assert (found["mergeCommit"] or {}).get("oid") == rest["merge_commit_sha"]
        assert [row["oid"] for row in found["commits"]] == [
            row["sha"] for row in world.api(f"{REPO}/pulls/{number}/commits")
        ]
        assert [row["path"] for row in found["files"]] == [
            row["filename"] for row in world.api(f"{REPO}/pulls/{number}/files")
        ]
    assert told(world, "pr", "view", "2", "--json", "state")["state"] == "MERGED"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("pr", "view", "1"), "title:\tWrite fix"),
        (("pr", "view", "fix"), "number:\t1"),
        (("pr", "view", "1", "--comments"), ""),
        (("pr", "status"), "Write fix"),
        (("issue", "view", "3"), "Why?"),
        (("issue", "view", "3", "--comments"), "Because."),
        (("issue", "view", "1"), "Write fix"),
        (("issue", "status"), "It breaks"),
        (("release", "list"), "v0.2.1-rc.0"),
        (("release", "list", "--exclude-pre-releases"), "v0.2.0"),
        (("release", "view"), "tag:\tv0.2.0"),
        (("label", "list"), "priority/p0"),
    ],
    ids=str,
)
def test_people_see_what_they_ask_for(world: LocalGitHub, words: tuple[str, ...], expected: str) -> None:
    assert expected in said(world, *words)


def test_a_repository_is_shown(world: LocalGitHub) -> None:
    shown = world.gh("repo", "view", "kubeflow/kubeflow")
    assert (shown.returncode, "kubeflow/kubeflow" in shown.stdout) == (0, True)
    fields = "name,defaultBranchRef,latestRelease,issues,isArchived,viewerPermission,squashMergeAllowed"
    found = json.loads(world.gh("repo", "view", "kubeflow/kubeflow", "--json", fields).stdout)
    assert (found["defaultBranchRef"]["name"], found["issues"]["totalCount"]) == ("master", 1)
    assert found["latestRelease"]["tagName"] == "v0.2.0"
    world.expect("/readme: GitHub describes no such operation")  # the slice of the description lacks it
    listed = world.gh("repo", "list", "kubeflow")
    assert listed.stdout.startswith("kubeflow/kubeflow")


def test_gh_takes_the_repository_that_the_environment_names(world: LocalGitHub) -> None:
    world.environment["GH_REPO"] = "kubeflow/kubeflow"
    assert "Write fix" in world.gh("pr", "list").stdout


def test_a_diff_is_gits_own(world: LocalGitHub) -> None:
    path = world.repository().path
    assert said(world, "pr", "diff", "1") == git(path, "diff", "master...fix") + "\n"
    assert said(world, "pr", "diff", "1", "--name-only") == "fix.txt\n"
    assert said(world, "pr", "diff", "1", "--patch").startswith("From ")


def test_checks_are_all_reports_and_say_which_are_required(world: LocalGitHub) -> None:
    protect(world, required_contexts=["presubmit"])
    head = world.api(f"{REPO}/pulls/1")["head"]["sha"]
    world.api(f"{REPO}/statuses/{head}", "-f", "state=pending", "-f", "context=slow")
    world.api(f"{REPO}/check-runs", "-f", "name=lint", "-f", f"head_sha={head}", "-f", "conclusion=failure")
    done = world.gh("pr", "checks", "1", "-R", "kubeflow/kubeflow", "--json", "name,bucket")
    assert {row["name"]: row["bucket"] for row in json.loads(done.stdout)} == {
        "presubmit": "pass",
        "slow": "pending",
        "lint": "fail",
    }
    assert world.gh("pr", "checks", "1", "-R", "kubeflow/kubeflow").returncode == 1
    required = world.gh("pr", "checks", "1", "-R", "kubeflow/kubeflow", "--required")
    assert (required.returncode, required.stdout.split("\t")[:2]) == (0, ["presubmit", "pass"])


def test_reviews_are_shown_with_what_they_come_to(world: LocalGitHub) -> None:
    protect(world, required_approving_reviews=1)
    assert told(world, "pr", "view", "1", "--json", "reviewDecision") == {"reviewDecision": "REVIEW_REQUIRED"}
    (world.root / "tokens.json").write_text(
        json.dumps({"rehearsal": {"login": "manager"}, "other": {"login": "ada"}})
    )
    reviewed(world.of("other"), "APPROVE")
    found = told(world, "pr", "view", "1", "--json", "reviewDecision,reviews")
    assert (found["reviewDecision"], found["reviews"][0]["author"]["login"]) == ("APPROVED", "ada")


@pytest.mark.parametrize(
    ("words", "said_of_it"),
    [
        (("pr", "view", "99"), "Could not resolve to a PullRequest with the number of 99."),
        (("pr", "view", "3"), "Could not resolve to a PullRequest with the number of 3."),
        (("issue", "view", "99"), "Could not resolve to an issue or pull request with the number of 99."),
        (("pr", "list", "--search", "language:go"), "does not search by language:"),
        (("pr", "close", "1"), "does not answer this by GraphQL; ask by REST"),
    ],
    ids=str,
)
def test_what_is_not_there_or_not_done_is_refused(
    world: LocalGitHub, words: tuple[str, ...], said_of_it: str
) -> None:
    done = world.gh(*words, "-R", "kubeflow/kubeflow")
    assert done.returncode == 1
    assert said_of_it in done.stderr
    assert "no repository" not in done.stderr


def test_a_repository_that_is_not_there_is_refused(github: LocalGitHub) -> None:
    done = github.gh("pr", "list", "-R", "kubeflow/nothing")
    assert "Could not resolve to a Repository with the name 'kubeflow/nothing'." in done.stderr


@pytest.mark.parametrize("query", ["{", "{nothing}", "query($a: Int!) {viewer{login}}", "{viewer{password}}"])
def test_a_question_that_nobody_understands_is_an_error_and_no_failure(
    github: LocalGitHub, query: str
) -> None:
    done = github.gh("api", "graphql", "-f", f"query={query}")
    assert (done.returncode, "errors" in json.loads(done.stdout)) == (1, True)


def test_who_asks_is_told_who_they_are(github: LocalGitHub) -> None:
    assert github.api("graphql", "-f", "query={viewer{login}}") == {"data": {"viewer": {"login": "manager"}}}


def test_a_branch_that_is_gone_is_no_head(world: LocalGitHub) -> None:
    commit(world.repository().path, "elsewhere", "x", "y")
    git(world.repository().path, "update-ref", "-d", "refs/heads/more")
    assert numbers(world, "pr", "list", "--state", "all") == [2, 1]
