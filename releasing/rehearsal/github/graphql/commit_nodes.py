"""Commits and the checks on them as GraphQL tells them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from releasing.rehearsal.github.checks.check_runs import runs
from releasing.rehearsal.github.checks.statuses import newest, reports
from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.git.git_objects import Person
from releasing.rehearsal.github.graphql.connections import connection
from releasing.rehearsal.github.pulls.protection import rule_for
from releasing.rehearsal.github.requests import Call
from releasing.rehearsal.github.shapes import Json, moment
from releasing.rehearsal.github.state import CheckRun, Status

FAILED = {"error", "failure", "cancelled", "timed_out", "action_required"}


def commit_node(call: Call, commit: str, base: str = "") -> Json | None:
    """A commit; None when it is not here. `base` is the branch that a pull request would bring it to."""
    if git_objects.commit_named(call.repository.path, commit) != commit:
        return None
    (known,) = git_objects.commits(call.repository.path, [commit])
    headline, _, rest = known.message.partition("\n")
    author = _person(known.author)
    return {
        "__typename": "Commit",
        "id": f"C_{known.id}",
        "oid": known.id,
        "message": known.message,
        "messageHeadline": headline,
        "messageBody": rest.strip(),
        "authoredDate": known.author.date,
        "committedDate": known.committer.date,
        "author": author,
        "authors": connection([author], lambda each: each),
        "statusCheckRollup": lambda _context: rollup(call, commit, base),
    }


def _person(known: Person) -> Json:
    return {"name": known.name, "email": known.email, "date": known.date, "user": None}


def rollup(call: Call, commit: str, base: str) -> Json | None:
    """Every check on a commit, and what they come to together; None when nothing reports on it."""
    statuses = list(newest(reports(call, commit)).values())
    found = runs(call, commit)
    if not statuses and not found:
        return None
    required = rule_for(call, base).required_contexts if base else ()
    words = [status.state for status in statuses] + [run.conclusion or "pending" for run in found]
    by_run, by_status = (
        [{"state": state, "count": count} for state, count in Counter(each).items()]
        for each in ([_run_state(run) for run in found], [status.state.upper() for status in statuses])
    )
    checks: list[Any] = [*statuses, *found]
    return {
        "id": f"SCR_{commit}",
        "state": _together(set(words)),
        "contexts": connection(
            checks,
            lambda each: _status(each, required) if isinstance(each, Status) else _run(each, required),
            checkRunCount=len(found),
            statusContextCount=len(statuses),
            checkRunCountsByState=by_run,
            statusContextCountsByState=by_status,
        ),
    }


def _together(words: set[str]) -> str:
    if words & FAILED:
        return "FAILURE"
    return "PENDING" if "pending" in words else "SUCCESS"


def _status(status: Status, required: tuple[str, ...]) -> Json:
    return {
        "__typename": "StatusContext",
        "id": f"SC_{status.id}",
        "context": status.context,
        "state": status.state.upper(),
        "targetUrl": status.target_url or "",
        "description": status.description or "",
        "createdAt": moment(status.created),
        "isRequired": status.context in required,
    }


def _run_state(run: CheckRun) -> str:
    return (run.conclusion or run.status).upper()


def _run(run: CheckRun, required: tuple[str, ...]) -> Json:
    return {
        "__typename": "CheckRun",
        "id": f"CR_{run.id}",
        "name": run.name,
        "status": run.status.upper(),
        "conclusion": run.conclusion.upper() if run.conclusion else None,
        "startedAt": moment(run.started),
        "completedAt": moment(run.completed),
        "detailsUrl": run.details_url or run.html_url,
        "title": run.title,
        "summary": run.summary,
        "text": None,
        "checkSuite": {"workflowRun": None},
        "isRequired": run.name in required,
    }
