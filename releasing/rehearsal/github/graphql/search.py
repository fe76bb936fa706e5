"""GitHub's search for issues and pull requests, as far as gh's lists need it."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from releasing.rehearsal.github.graphql.pull_nodes import pull_state
from releasing.rehearsal.github.requests import Call, Refused
from releasing.rehearsal.github.state import Issue

Test = Callable[[Call, Issue, str], bool]


def _is(_call: Call, issue: Issue, value: str) -> bool:
    words = {issue.state, pull_state(issue).lower(), "pr" if issue.pull else "issue"}
    words |= {"draft"} if issue.pull and issue.pull.draft else set()
    return value in words | {"public"} | ({"unmerged"} if pull_state(issue) != "MERGED" else set())


def _branch(_call: Call, issue: Issue, value: str, side: str) -> bool:
    return issue.pull is not None and getattr(issue.pull, side) == value


QUALIFIERS: dict[str, Test] = {
    "repo": lambda call, _issue, value: value.lower() == call.repository.full_name.lower(),
    "is": _is,
    "type": _is,
    "state": _is,
    "label": lambda _call, issue, value: value in issue.labels,
    "author": lambda call, issue, value: issue.login == (call.login if value == "@me" else value),
    "assignee": lambda _call, _issue, _value: False,  # nobody is assigned here
    "mentions": lambda _call, _issue, _value: False,
    "involves": lambda call, issue, value: issue.login == (call.login if value == "@me" else value),
    "review-requested": lambda call, issue, value: (
        issue.pull is not None and (call.login if value == "@me" else value) in issue.pull.reviewers
    ),
    "head": lambda call, issue, value: _branch(call, issue, value, "head"),
    "base": lambda call, issue, value: _branch(call, issue, value, "base"),
    "draft": lambda _call, issue, value: issue.pull is not None and str(issue.pull.draft).lower() == value,
    "archived": lambda _call, _issue, value: value == "false",
    "sort": lambda _call, _issue, value: value.startswith("created"),
    "milestone": lambda call, issue, value: any(
        each.number == issue.milestone and value in (each.title, str(each.number))
        for each in call.state.milestones
    ),
}

TOGETHER = {"(", ")", "AND"}  # gh puts what was typed in brackets


def found(call: Call, query: str) -> list[Issue]:
    """The issues and pull requests of the repository that `query` means, the newest first."""
    try:
        words = shlex.split(query)
    except ValueError:
        words = query.split()
    tests = [_test(word) for word in words if word not in TOGETHER]
    return [issue for issue in reversed(call.state.issues) if all(test(call, issue) for test in tests)]


def _test(word: str) -> Callable[[Call, Issue], bool]:
    name, colon, value = word.lstrip("-").partition(":")
    wanted = not word.startswith("-")
    if word == "OR":
        raise Refused(422, "the local GitHub does not search by OR")
    if not colon:
        return lambda _call, issue: (name.lower() in f"{issue.title} {issue.body}".lower()) == wanted
    if name not in QUALIFIERS:
        raise Refused(422, f"the local GitHub does not search by {name}:")
    return lambda call, issue: QUALIFIERS[name](call, issue, value) == wanted


def repository_of(query: str) -> str:
    """The repository that a query is for: OWNER/NAME, or nothing."""
    return next((word[5:] for word in query.replace('"', "").split() if word.startswith("repo:")), "")
