"""Issues, labels, milestones and comments on the local GitHub."""

from __future__ import annotations

from dataclasses import replace

from releasing.rehearsal.github.state import Milestone
from tests.support.bare_repository import commit
from tests.support.local_github import LocalGitHub

REPO = "repos/kubeflow/kubeflow"


def test_issues_are_found_by_label_milestone_and_state(github: LocalGitHub) -> None:
    repository = github.repository()
    repository.write(replace(repository.read(), milestones=(Milestone(7, "v0.2.1"),)))
    words = ("-f", "labels[]=priority/p0", "-f", "labels[]=area/docs", "-F", "milestone=7")
    github.api(f"{REPO}/issues", "-f", "title=Blocker", *words)
    github.api(f"{REPO}/issues", "-f", "title=Other", "-f", "body=")

    def titles(query: str) -> list[str]:
        return [issue["title"] for issue in github.api(f"{REPO}/issues?{query}")]

    assert titles("labels=area/docs,priority/p0&milestone=7") == ["Blocker"]
    assert titles("labels=area/docs") == titles("milestone=*") == ["Blocker"]
    assert titles("milestone=none") == ["Other"]
    assert titles("state=open") == ["Other", "Blocker"]
    assert titles("state=closed") == []
    assert github.refused(f"{REPO}/issues?milestone=8")[0] == 422
    assert github.refused(f"{REPO}/issues", "-f", "title=T", "-F", "milestone=8")[0] == 422


def test_issues_and_pull_requests_are_numbered_and_listed_together(github: LocalGitHub) -> None:
    commit(github.repository().path, "fix", "fix.txt", "fixed\n")
    github.api(f"{REPO}/issues", "-f", "title=First")
    pull = github.api(f"{REPO}/pulls", "-f", "title=Second", "-f", "head=fix", "-f", "base=master")
    assert pull["number"] == 2
    found = github.api(f"{REPO}/issues?state=all")
    assert [("pull_request" in issue, issue["number"]) for issue in found] == [(True, 2), (False, 1)]
    assert github.refused(f"{REPO}/pulls/1")[0] == 404
    assert github.api(f"{REPO}/issues/1")["title"] == "First"


def test_labels_are_added_to_those_that_are_there(github: LocalGitHub) -> None:
    github.api(f"{REPO}/issues", "-f", "title=T", "-f", "labels[]=one")
    github.api(f"{REPO}/issues/1/labels", "-f", "labels[]=two", "-f", "labels[]=one")
    assert [label["name"] for label in github.api(f"{REPO}/issues/1/labels")] == ["one", "two"]


def test_comments_are_kept_in_order(github: LocalGitHub) -> None:
    github.api(f"{REPO}/issues", "-f", "title=T")
    for body in ("/lgtm", "/approve"):
        github.api(f"{REPO}/issues/1/comments", "-f", f"body={body}")
    assert [comment["body"] for comment in github.api(f"{REPO}/issues/1/comments")] == ["/lgtm", "/approve"]
    assert github.refused(f"{REPO}/issues/2/comments", "-f", "body=b")[0] == 404
