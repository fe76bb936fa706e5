"""How GitHub describes issues, what pull requests share with them, and comments."""

from __future__ import annotations

from releasing.rehearsal.github.issues.milestones import milestone_shape
from releasing.rehearsal.github.requests import API
from releasing.rehearsal.github.shapes import WEB, Json, moment, stable_id, user
from releasing.rehearsal.github.state import Comment, Issue, Repository, State

# GitHub's own colour for a label that is made by naming it.
LABEL_COLOUR = "ededed"


def issue_shape(repository: Repository, state: State, issue: Issue) -> Json:
    """An issue; a pull request is one with a `pull_request` key."""
    root = f"{API}/repos/{repository.full_name}"
    url = f"{root}/issues/{issue.number}"
    page = f"{WEB}/{repository.full_name}/{'pull' if issue.pull else 'issues'}/{issue.number}"
    return {
        **shared_shape(repository, state, issue),
        "url": url,
        "html_url": page,
        "repository_url": root,
        "labels_url": f"{url}/labels",
        "events_url": f"{url}/events",
        "comments": len(issue.comments),
        **({"pull_request": _pull_shape(root, page, issue)} if issue.pull else {}),
    }


def _pull_shape(root: str, page: str, issue: Issue) -> Json:
    merged = issue.pull is not None and issue.pull.merge_commit is not None
    return {
        "url": f"{root}/pulls/{issue.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": moment(issue.closed) if merged else None,
    }


def shared_shape(repository: Repository, state: State, issue: Issue) -> Json:
    """What an issue's JSON and a pull request's have in common."""
    filed = [milestone for milestone in state.milestones if milestone.number == issue.milestone]
    return {
        "id": stable_id("issue", repository.full_name, str(issue.number)),
        "node_id": node_id(repository, issue),
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state,
        "locked": False,
        "user": user(issue.login),
        "assignee": None,
        "assignees": [],
        "author_association": "MEMBER",
        "labels": label_shapes(repository, issue),
        "milestone": next((milestone_shape(repository, state, one) for one in filed), None),
        "comments_url": f"{API}/repos/{repository.full_name}/issues/{issue.number}/comments",
        "created_at": moment(issue.created),
        "updated_at": moment(issue.closed or issue.created),
        "closed_at": moment(issue.closed),
    }


def node_id(repository: Repository, issue: Issue) -> str:
    """The id of an issue or a pull request in GraphQL."""
    return f"{'PR' if issue.pull else 'I'}_{repository.full_name}#{issue.number}"


def label_shapes(repository: Repository, issue: Issue) -> list[Json]:
    """The labels of an issue."""
    return [
        {
            "id": stable_id("label", repository.full_name, name),
            "node_id": f"LA_{name}",
            "name": name,
            "url": f"{API}/repos/{repository.full_name}/labels/{name}",
            "color": LABEL_COLOUR,
            "default": False,
            "description": "",
        }
        for name in issue.labels
    ]


def comment_shape(repository: Repository, issue: Issue, comment: Comment) -> Json:
    """A comment on an issue or a pull request."""
    url = f"{API}/repos/{repository.full_name}/issues"
    page = f"{WEB}/{repository.full_name}/issues/{issue.number}"
    return {
        "id": comment.id,
        "node_id": f"IC_{comment.id}",
        "url": f"{url}/comments/{comment.id}",
        "html_url": f"{page}#issuecomment-{comment.id}",
        "issue_url": f"{url}/{issue.number}",
        "user": user(comment.login),
        "body": comment.body,
        "author_association": "MEMBER",
        "created_at": moment(comment.created),
        "updated_at": moment(comment.created),
    }
