"""GitHub's commit statuses: the reports of contexts on a commit, and what they come to together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from releasing.rehearsal.github import shapes
from releasing.rehearsal.github.checks.expected_checks import Expected, RunVerdict, expected_on
from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.requests import (
    API,
    NOTHING,
    Call,
    Refused,
    Reply,
    fields,
    invalid,
    not_found,
    page_of,
)
from releasing.rehearsal.github.shapes import Json, moment, stable_id, user
from releasing.rehearsal.github.state import Status

STATES = ("error", "failure", "pending", "success")


def reports(call: Call, commit: str) -> list[Status]:
    """Every report on the commit until now, the newest first."""
    found = [*call.state.statuses.get(commit, ())]
    for expected in expected_on(call, commit):
        found += _emulated(call, commit, expected)
    return sorted(found, key=lambda status: status.created, reverse=True)


def _emulated(call: Call, commit: str, expected: Expected) -> Iterator[Status]:
    if isinstance(expected.verdict, RunVerdict):
        return
    if call.now >= expected.settles:
        yield _report(commit, expected.name, expected.verdict, expected.settles)
    if expected.began is not None:
        yield _report(commit, expected.name, "pending", expected.began)


def _report(commit: str, context: str, state: str, created: float) -> Status:
    return Status(stable_id("status", commit, context, state), context, state, None, None, created)


def newest(statuses: Iterable[Status]) -> dict[str, Status]:
    """The newest report of each context, from reports with the newest first."""
    found: dict[str, Status] = {}
    for status in statuses:
        found.setdefault(status.context, status)
    return found


def combined_status(call: Call) -> Reply:
    """GET commits/{ref}/status: the newest report of each context, and what they come to together."""
    commit = commit_of(call)
    standing = list(newest(reports(call, commit)).values())
    shown, headers = page_of(call, standing)
    body = {
        "state": _together({status.state for status in standing}),
        "statuses": [_shape(call, commit, status) for status in shown],
        "sha": commit,
        "total_count": len(standing),
        "repository": shapes.repository(call.repository),
        "commit_url": f"{call.url}/commits/{commit}",
        "url": f"{call.url}/commits/{commit}/status",
    }
    return Reply(200, body, headers)


def _together(states: set[str]) -> str:
    if states & {"error", "failure"}:
        return "failure"
    return "success" if states == {"success"} else "pending"


def list_statuses(call: Call) -> Reply:
    """GET commits/{ref}/statuses: every report, the newest first."""
    commit = commit_of(call)
    shown, headers = page_of(call, reports(call, commit))
    return Reply(200, [_created_shape(call, commit, status) for status in shown], headers)


def create_status(call: Call) -> Reply:
    """POST statuses/{sha}: one more report on a commit; 422 when there is no such commit or state."""
    given = fields(
        call,
        "Status",
        {"state": str},
        {"context": str, "description": (str, NOTHING), "target_url": (str, NOTHING)},
    )
    commit = call.names["sha"]
    need_commit(call, commit)
    if given["state"] not in STATES:
        raise invalid("Status", "invalid", "state")
    status = Status(
        id=call.state.next_id,
        context=given.get("context", "default"),
        state=given["state"],
        description=given.get("description"),
        target_url=given.get("target_url"),
        created=call.now,
        login=call.login,
    )
    known = (status, *call.state.statuses.get(commit, ()))
    statuses = {**call.state.statuses, commit: known}
    call.repository.write(replace(call.state, statuses=statuses, last_id=status.id))
    return Reply(201, _created_shape(call, commit, status))


def commit_of(call: Call) -> str:
    """The commit that `ref` in the path names; 404 when there is none."""
    commit = git_objects.commit_named(call.repository.path, call.names["ref"])
    if commit is None:
        raise not_found()
    return commit


def need_commit(call: Call, commit: str) -> None:
    """422 unless it is the full id of a commit."""
    if git_objects.commit_named(call.repository.path, commit) != commit:
        raise Refused(422, f"No commit found for SHA: {commit}")


def _shape(call: Call, commit: str, status: Status) -> Json:
    return {
        "id": status.id,
        "node_id": f"SC_{status.id}",
        "url": f"{API}/repos/{call.repository.full_name}/statuses/{commit}",
        "avatar_url": None,
        "context": status.context,
        "state": status.state,
        "description": status.description,
        "target_url": status.target_url,
        "created_at": moment(status.created),
        "updated_at": moment(status.created),
    }


def _created_shape(call: Call, commit: str, status: Status) -> Json:
    return {**_shape(call, commit, status), "creator": user(status.login or call.settings.login)}
