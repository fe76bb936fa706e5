"""Issues, what pull requests share with them, labels and milestones as GraphQL tells them."""

from __future__ import annotations

from typing import Any

from releasing.rehearsal.github.graphql.connections import connection, nothing
from releasing.rehearsal.github.graphql.people import person
from releasing.rehearsal.github.issues.issue_shapes import label_shapes, node_id
from releasing.rehearsal.github.requests import Call
from releasing.rehearsal.github.shapes import FOUNDED, WEB, Json, moment, stable_id
from releasing.rehearsal.github.state import Comment, Issue, Milestone


def issue_node(call: Call, issue: Issue) -> Json:
    """An issue that is no pull request."""
    return {
        **shared(call, issue),
        "__typename": "Issue",
        "state": issue.state.upper(),
        "stateReason": "COMPLETED" if issue.closed else None,
        "isPinned": False,
        "issueType": None,
        "parent": None,
        "subIssues": nothing(),
        "subIssuesSummary": {"total": 0, "completed": 0, "percentCompleted": 0},
        "blockedBy": nothing(),
        "blocking": nothing(),
        "closedByPullRequestsReferences": nothing(),
    }


def shared(call: Call, issue: Issue) -> Json:
    """What an issue and a pull request have in common."""
    repository = call.repository
    page = f"{WEB}/{repository.full_name}/{'pull' if issue.pull else 'issues'}/{issue.number}"
    filed = [each for each in call.state.milestones if each.number == issue.milestone]
    labels = [label(row) for row in label_shapes(repository, issue)]
    return {
        "id": node_id(repository, issue),
        "databaseId": stable_id("issue", repository.full_name, str(issue.number)),
        "number": issue.number,
        "title": issue.title,
        "body": issue.body or "",
        "url": page,
        "closed": issue.closed is not None,
        "closedAt": moment(issue.closed),
        "createdAt": moment(issue.created),
        "updatedAt": moment(issue.closed or issue.created),
        "locked": False,
        "author": person(issue.login),
        "authorAssociation": "MEMBER",
        "milestone": next((milestone_node(call, each) for each in filed), None),
        "assignees": nothing(),
        "labels": connection(labels, lambda each: each),
        "comments": connection(issue.comments, lambda each: _comment(call, page, each)),
        "reactionGroups": [],
        "projectCards": nothing(),
        "projectItems": nothing(),
    }


def label(row: dict[str, Any]) -> Json:
    """A label, from the way REST tells it."""
    kept = {name: row[name] for name in ("name", "description", "color")}
    dates = {"createdAt": FOUNDED, "updatedAt": FOUNDED}
    return {**kept, **dates, "id": row["node_id"], "url": row["url"], "isDefault": row["default"]}


def milestone_node(call: Call, milestone: Milestone) -> Json:
    """A milestone."""
    return {
        "id": f"MI_{milestone.number}",
        "number": milestone.number,
        "title": milestone.title,
        "description": milestone.description,
        "dueOn": None,
        "state": milestone.state.upper(),
        "url": f"{WEB}/{call.repository.full_name}/milestone/{milestone.number}",
    }


def _comment(call: Call, page: str, comment: Comment) -> Json:
    return {
        "id": f"IC_{comment.id}",
        "author": person(comment.login),
        "authorAssociation": "MEMBER",
        "body": comment.body,
        "createdAt": moment(comment.created),
        "includesCreatedEdit": False,
        "isMinimized": False,
        "minimizedReason": None,
        "reactionGroups": [],
        "url": f"{page}#issuecomment-{comment.id}",
        "viewerDidAuthor": comment.login == call.login,
    }
