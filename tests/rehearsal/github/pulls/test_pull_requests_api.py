"""Pull requests on the local GitHub, through the real gh."""

from __future__ import annotations

from dataclasses import replace

from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import bare_project, commit, head
from tests.support.local_github import LocalGitHub

PULLS = "repos/kubeflow/kubeflow/pulls"


def opened(github: LocalGitHub, branch: str = "fix", base: str = "master") -> dict[str, object]:
    words = (
        "-f",
        f"title=Write {branch}",
        "-f",
        f"head={branch}",
        "-f",
        f"base={base}",
        "-f",
        "body=Because.",
    )
    found: dict[str, object] = github.api("-X", "POST", PULLS, *words)
    return found


def test_a_pull_request_that_was_opened_is_found_by_its_head(github: LocalGitHub) -> None:
    made = commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    assert opened(github)["mergeable"] is None

    (found,) = github.api(f"{PULLS}?head=kubeflow:fix&base=master&state=open")
    assert (found["number"], found["head"]["sha"], found["user"]["login"]) == (1, made, "manager")
    assert github.api(f"{PULLS}?head=kubeflow:other") == []
    whole = github.api(f"{PULLS}/1")
    assert (whole["mergeable"], whole["mergeable_state"], whole["commits"], whole["additions"]) == (
        True,
        "clean",
        1,
        1,
    )


def test_a_head_without_an_owner_filters_nothing(github: LocalGitHub) -> None:
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    opened(github)
    assert len(github.api(f"{PULLS}?head=other")) == 1


def test_a_second_pull_request_for_a_head_is_refused(github: LocalGitHub) -> None:
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    opened(github)
    status, body = github.refused(PULLS, "-f", "title=Again", "-f", "head=fix", "-f", "base=master")
    assert (status, body["errors"][0]["message"]) == (422, "A pull request already exists for kubeflow:fix.")


def test_nothing_to_merge_is_refused(github: LocalGitHub) -> None:
    status, body = github.refused(PULLS, "-f", "title=Same", "-f", "head=v0.2-branch", "-f", "base=master")
    assert (status, body["errors"][0]["message"]) == (422, "No commits between master and v0.2-branch")


def test_a_head_or_base_that_does_not_exist_is_refused(github: LocalGitHub) -> None:
    for head_name, base in (("nowhere", "master"), ("master", "nowhere")):
        status, body = github.refused(PULLS, "-f", "title=T", "-f", f"head={head_name}", "-f", f"base={base}")
        assert (status, body["errors"][0]["code"]) == (422, "invalid")


def test_a_pull_request_from_a_fork_brings_its_commits(github: LocalGitHub) -> None:
    bare_project(github.root / "ada" / "kubeflow.git")
    git(github.root / "ada" / "kubeflow.git", "fetch", "-q", str(github.repository().path), "+master:master")
    made = commit(github.root / "ada" / "kubeflow.git", "fix", "fix.txt", "fixed\n")
    assert opened(github, "ada:fix")["number"] == 1
    assert git(github.repository().path, "rev-parse", "refs/pull/1/head") == made
    assert github.api("-X", "PUT", f"{PULLS}/1/merge", "-f", f"sha={made}")["merged"] is True


def test_a_pull_request_is_retitled_closed_and_reopened(github: LocalGitHub) -> None:
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    opened(github)
    edited = github.api("-X", "PATCH", f"{PULLS}/1", "-f", "title=Better", "-f", "state=closed")
    assert (edited["title"], edited["state"], edited["merged"]) == ("Better", "closed", False)
    assert github.api(PULLS) == []
    assert github.api("-X", "PATCH", f"{PULLS}/1", "-f", "state=open")["state"] == "open"


def test_a_pull_request_follows_its_branch(github: LocalGitHub) -> None:
    path = github.repository().path
    commit(path, "fix", "fix.txt", "fixed\n")
    opened(github)
    second = commit(path, "fix", "fix.txt", "fixed again\n")
    assert github.api(f"{PULLS}/1")["head"]["sha"] == second
    git(path, "update-ref", "-d", "refs/heads/fix")
    assert github.api(f"{PULLS}/1")["state"] == "closed"


def test_a_pull_request_that_somebody_pushed_is_merged(github: LocalGitHub) -> None:
    path = github.repository().path
    made = commit(path, "fix", "fix.txt", "fixed\n")
    opened(github)
    git(path, "update-ref", "refs/heads/master", made)
    found = github.api(f"{PULLS}/1")
    assert (found["merged"], found["merge_commit_sha"]) == (True, made)


def test_files_and_commits_of_a_pull_request_are_listed(github: LocalGitHub) -> None:
    path = github.repository().path
    first = commit(path, "fix", "config.txt", "one\n2\nthree\n")
    second = commit(path, "fix", "naïve name.txt", "words\n")
    opened(github)
    files = {file["filename"]: file for file in github.api(f"{PULLS}/1/files")}
    assert {name: file["status"] for name, file in files.items()} == {
        "config.txt": "modified",
        "naïve name.txt": "added",
    }
    assert (files["config.txt"]["additions"], files["config.txt"]["deletions"]) == (1, 1)
    assert [one["sha"] for one in github.api(f"{PULLS}/1/commits")] == [first, second]


def test_reviewers_are_asked_but_not_the_author(github: LocalGitHub) -> None:
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    opened(github)
    asked = github.api(
        f"{PULLS}/1/requested_reviewers", "-f", "reviewers[]=ada", "-f", "team_reviewers[]=release"
    )
    assert [one["login"] for one in asked["requested_reviewers"]] == ["ada"]
    assert [one["slug"] for one in asked["requested_teams"]] == ["release"]
    status, _ = github.refused(f"{PULLS}/1/requested_reviewers", "-f", "reviewers[]=manager")
    assert status == 422


def test_pages_are_followed_to_the_last(github: LocalGitHub) -> None:
    path = github.repository().path
    for name in ("a", "b", "c", "d", "e"):
        commit(path, name, f"{name}.txt", name)
        opened(github, name)
    words = ("--paginate", f"{PULLS}?per_page=2&state=all", "--jq", ".[].number")
    assert github.gh("api", *words).stdout.split() == ["5", "4", "3", "2", "1"]


def test_two_pull_requests_for_one_head_onto_two_bases_stand_side_by_side(github: LocalGitHub) -> None:
    commit(github.repository().path, "fix", "fix.txt", "fixed\n", start="v0.2-branch")
    opened(github)
    assert opened(github, base="v0.2-branch")["number"] == 2


def test_a_pull_request_is_retargeted_unless_another_stands_there(github: LocalGitHub) -> None:
    path = github.repository().path
    commit(path, "fix", "fix.txt", "fixed\n", start="v0.2-branch")
    opened(github)
    found = github.api("-X", "PATCH", f"{PULLS}/1", "-f", "base=v0.2-branch")
    assert (found["base"]["ref"], found["base"]["sha"]) == ("v0.2-branch", head(path, "v0.2-branch"))
    opened(github)
    assert github.refused("-X", "PATCH", f"{PULLS}/2", "-f", "base=v0.2-branch")[0] == 422
    assert github.refused("-X", "PATCH", f"{PULLS}/2", "-f", "base=nowhere")[0] == 422


def test_a_merge_that_was_cut_short_is_finished_by_the_next_answer(github: LocalGitHub) -> None:
    path = github.repository().path
    commit(path, "fix", "fix.txt", "fixed\n")
    opened(github)
    # As after a kill between moving the base and noting it: the squashed commit is on master, unknown to the state.
    squashed = commit(path, "master", "fix.txt", "fixed and squashed\n")
    state = github.repository().read()
    (issue,) = state.issues
    assert issue.pull is not None
    github.repository().write(state.with_issue(replace(issue, pull=replace(issue.pull, merging=squashed))))
    found = github.api(f"{PULLS}/1")
    assert (found["merged"], found["merge_commit_sha"], head(path, "master")) == (True, squashed, squashed)
