"""GitHub's issues, and what pull requests share with them: labels, a milestone and comments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from releasing.rehearsal.github.milestones import milestone_shape, need_milestone
from releasing.rehearsal.github.requests import (
    API,
    NOTHING,
    Call,
    Kind,
    Reply,
    fields,
    invalid,
    json_body,
    page_of,
)
from releasing.rehearsal.github.shapes import WEB, Json, moment, stable_id, user
from releasing.rehearsal.github.state import Comment, Issue, Repository, State

# GitHub's own colour for a label that is made by naming it.
LABEL_COLOUR = "ededed"


def list_issues(call: Call) -> Reply:
    """GET issues: pull requests too, the newest first; by state, labels (all of them) and milestone."""
    tests = [_in_state(call), _labelled(call), _under_milestone(call)]
    found = [issue for issue in reversed(call.state.issues) if all(test(issue) for test in tests)]
    shown, headers = page_of(call, found)
    return Reply(200, [issue_shape(call.repository, call.state, issue) for issue in shown], headers)


def _in_state(call: Call) -> Callable[[Issue], bool]:
    wanted = call.query.get("state", "open")
    return lambda issue: wanted in ("all", issue.state)


def _labelled(call: Call) -> Callable[[Issue], bool]:
    wanted = {label for label in call.query.get("labels", "").split(",") if label}
    return lambda issue: wanted <= set(issue.labels)


def _under_milestone(call: Call) -> Callable[[Issue], bool]:
    wanted = call.query.get("milestone", "")
    if not wanted:
        return lambda _: True
    if wanted in ("*", "none"):
        return lambda issue: (issue.milestone is None) == (wanted == "none")
    if not any(str(milestone.number) == wanted for milestone in call.state.milestones):
        raise invalid("Issue", "invalid", "milestone")
    return lambda issue: str(issue.milestone) == wanted


def get_issue(call: Call) -> Reply:
    """GET issues/{number}."""
    return Reply(200, issue_shape(call.repository, call.state, call.issue()))


def create_issue(call: Call) -> Reply:
    """POST issues: 422 when the milestone does not exist; labels that do not exist are made."""
    optional: dict[str, Kind] = {"body": (str, NOTHING), "labels": list, "milestone": (int, NOTHING)}
    given = fields(call, "Issue", {"title": str}, optional)
    need_milestone(call, given.get("milestone"))
    if not call.may_push:
        # As GitHub does: labels and milestones of people without push rights are dropped.
        given = {name: value for name, value in given.items() if name not in ("labels", "milestone")}
    issue = Issue(
        number=call.state.next_number,
        title=given["title"],
        body=given.get("body"),
        login=call.login,
        created=call.now,
        labels=tuple(dict.fromkeys(given.get("labels", []))),
        milestone=given.get("milestone"),
    )
    return Reply(201, issue_shape(call.repository, _keep(call, issue), issue))


def update_issue(call: Call) -> Reply:
    """PATCH issues/{number}: title, body, labels, milestone, and state; a pull request's state is set by pulls."""
    issue = call.issue()
    optional: dict[str, Kind] = {
        "title": str,
        "body": (str, NOTHING),
        "labels": list,
        "milestone": (int, NOTHING),
        **({} if issue.pull else {"state": str}),
    }
    given = fields(call, "Issue", {}, optional)
    need_milestone(call, given.get("milestone"))
    state = given.pop("state", issue.state)
    if state not in ("open", "closed"):
        raise invalid("Issue", "invalid", "state")
    if "labels" in given:
        given["labels"] = tuple(dict.fromkeys(given["labels"]))
    closed = None if state == "open" else issue.closed or call.now
    edited = replace(issue, closed=closed if issue.pull is None else issue.closed, **given)
    return Reply(200, issue_shape(call.repository, _keep(call, edited), edited))


def add_labels(call: Call) -> Reply:
    """POST issues/{number}/labels: added to those that are there; the reply lists all."""
    issue = call.issue()
    body = json_body(call)
    given = body if isinstance(body, list) else fields(call, "Label", {"labels": list}, {})["labels"]
    names = [label["name"] if isinstance(label, dict) else label for label in given]
    if not all(isinstance(name, str) and name for name in names):
        raise invalid("Label", "invalid", "name")
    labelled = replace(issue, labels=tuple(dict.fromkeys([*issue.labels, *names])))
    _keep(call, labelled)
    return Reply(200, label_shapes(call.repository, labelled))


def list_labels(call: Call) -> Reply:
    """GET issues/{number}/labels."""
    shown, headers = page_of(call, label_shapes(call.repository, call.issue()))
    return Reply(200, list(shown), headers)


def _keep(call: Call, issue: Issue) -> State:
    state = call.state.with_issue(issue)
    call.repository.write(state)
    return state


def create_comment(call: Call) -> Reply:
    """POST issues/{number}/comments."""
    issue = call.issue()
    body = fields(call, "IssueComment", {"body": str}, {})["body"]
    if not body:
        raise invalid("IssueComment", "missing_field", "body")
    comment = Comment(call.state.next_id, body, call.login, call.now)
    state = call.state.with_issue(replace(issue, comments=(*issue.comments, comment)))
    call.repository.write(replace(state, last_id=comment.id))
    return Reply(201, _comment_shape(call, issue, comment))


def list_comments(call: Call) -> Reply:
    """GET issues/{number}/comments: the oldest first."""
    issue = call.issue()
    shown, headers = page_of(call, issue.comments)
    return Reply(200, [_comment_shape(call, issue, comment) for comment in shown], headers)


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


def _comment_shape(call: Call, issue: Issue, comment: Comment) -> Json:
    url = f"{API}/repos/{call.repository.full_name}/issues"
    page = f"{WEB}/{call.repository.full_name}/issues/{issue.number}"
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
