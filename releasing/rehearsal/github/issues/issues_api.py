"""GitHub's issues, and what pull requests share with them: labels, a milestone and comments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from releasing.rehearsal.github.issues.issue_shapes import comment_shape, issue_shape, label_shapes
from releasing.rehearsal.github.issues.milestones import need_milestone
from releasing.rehearsal.github.requests import (
    NOTHING,
    Call,
    Kind,
    Reply,
    fields,
    invalid,
    json_body,
    page_of,
)
from releasing.rehearsal.github.state import Comment, Issue, State


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
    return Reply(201, comment_shape(call.repository, issue, comment))


def list_comments(call: Call) -> Reply:
    """GET issues/{number}/comments: the oldest first."""
    issue = call.issue()
    shown, headers = page_of(call, issue.comments)
    return Reply(200, [comment_shape(call.repository, issue, comment) for comment in shown], headers)
