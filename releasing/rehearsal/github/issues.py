"""GitHub's issues, and what pull requests share with them: labels, milestones and comments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

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
from releasing.rehearsal.github.shapes import FOUNDED, WEB, Json, moment, stable_id, user
from releasing.rehearsal.github.state import Comment, Issue, Milestone, Repository, State

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
    milestone = given.get("milestone")
    if milestone is not None and milestone not in {one.number for one in call.state.milestones}:
        raise invalid("Issue", "invalid", "milestone")
    issue = Issue(
        number=call.state.next_number,
        title=given["title"],
        body=given.get("body"),
        login=call.settings.login,
        created=call.now,
        labels=tuple(dict.fromkeys(given.get("labels", []))),
        milestone=milestone,
    )
    return Reply(201, issue_shape(call.repository, _keep(call, issue), issue))


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
    comment = Comment(call.state.next_id, body, call.settings.login, call.now)
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
    pull = {"url": f"{root}/pulls/{issue.number}", "html_url": page, "diff_url": f"{page}.diff"}
    return {
        **shared_shape(repository, state, issue),
        "url": url,
        "html_url": page,
        "repository_url": root,
        "labels_url": f"{url}/labels",
        "events_url": f"{url}/events",
        "comments": len(issue.comments),
        **({"pull_request": {**pull, "patch_url": f"{page}.patch"}} if issue.pull else {}),
    }


def shared_shape(repository: Repository, state: State, issue: Issue) -> Json:
    """What an issue's JSON and a pull request's have in common."""
    return {
        "id": stable_id("issue", repository.full_name, str(issue.number)),
        "node_id": f"I_{issue.number}",
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
        "milestone": _milestone_shape(repository, state, issue.milestone),
        "comments_url": f"{API}/repos/{repository.full_name}/issues/{issue.number}/comments",
        "created_at": moment(issue.created),
        "updated_at": moment(issue.closed or issue.created),
        "closed_at": moment(issue.closed),
    }


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


def _milestone_shape(repository: Repository, state: State, number: int | None) -> Json | None:
    known: dict[int | None, Milestone] = {milestone.number: milestone for milestone in state.milestones}
    if number not in known:
        return None
    url = f"{API}/repos/{repository.full_name}/milestones/{number}"
    under = [issue for issue in state.issues if issue.milestone == number]
    return {
        "id": stable_id("milestone", repository.full_name, str(number)),
        "node_id": f"MI_{number}",
        "number": number,
        "title": known[number].title,
        "url": url,
        "html_url": f"{WEB}/{repository.full_name}/milestone/{number}",
        "labels_url": f"{url}/labels",
        "creator": user(repository.owner),
        "state": "open",
        "open_issues": sum(issue.closed is None for issue in under),
        "closed_issues": sum(issue.closed is not None for issue in under),
        **dict.fromkeys(("description", "due_on", "closed_at")),
        **dict.fromkeys(("created_at", "updated_at"), FOUNDED),
    }


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
