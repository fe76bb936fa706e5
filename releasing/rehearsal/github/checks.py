"""Which contexts report on a commit and how they stand, told from the clock: nothing runs in the background.

Presubmits report on a commit that was ever the head of a pull request, postsubmits on every commit of the
default branch and of the release branches. A context is pending until `pending_seconds` after the commit
first headed a pull request, or was merged; a commit that no merge brought is settled from the start. Then it
succeeds, unless the verdicts say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from releasing.rehearsal.github import git_objects, shapes
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

RELEASE_BRANCHES = "refs/heads/v*-branch"
STATES = ("error", "failure", "pending", "success")


def reports(call: Call, commit: str) -> list[Status]:
    """Every report on the commit until now, the newest first."""
    found = [*call.state.statuses.get(commit, ()), *_emulated(call, commit)]
    return sorted(found, key=lambda status: status.created, reverse=True)


def newest(statuses: Iterable[Status]) -> dict[str, Status]:
    """The newest report of each context, from reports with the newest first."""
    found: dict[str, Status] = {}
    for status in statuses:
        found.setdefault(status.context, status)
    return found


def what_blocks(call: Call, commit: str) -> str | None:
    """Why the presubmits do not let this commit be merged, in GitHub's words; None when they do."""
    standing = newest(reports(call, commit))
    for context in call.settings.presubmits:
        state = standing[context].state if context in standing else "expected"
        if state != "success":
            word = {"failure": "failing", "error": "failing"}.get(state, state)
            return f'Required status check "{context}" is {word}.'
    return None


def _emulated(call: Call, commit: str) -> Iterator[Status]:
    if commit in call.state.heads:
        for context in call.settings.presubmits:
            yield from _reported(call, commit, context, call.state.heads[commit])
    if call.settings.postsubmits and _on_watched_branch(call, commit):
        for context in call.settings.postsubmits:
            yield from _reported(call, commit, context, call.state.arrived.get(commit))


def _on_watched_branch(call: Call, commit: str) -> bool:
    path = call.repository.path
    default = f"refs/heads/{git_objects.default_branch(path)}"
    return bool(git_objects.references(path, f"--contains={commit}", default, RELEASE_BRANCHES))


def _reported(call: Call, commit: str, context: str, since: float | None) -> Iterator[Status]:
    if since is None:
        # No merge brought it: it was settled when it was made.
        yield _report(commit, context, _verdict(call, commit, context), _committed(call, commit))
        return
    settled = since + call.settings.pending_seconds
    if call.now >= settled:
        yield _report(commit, context, _verdict(call, commit, context), settled)
    yield _report(commit, context, "pending", since)


def _report(commit: str, context: str, state: str, created: float) -> Status:
    return Status(stable_id("status", commit, context, state), context, state, None, None, created)


def _committed(call: Call, commit: str) -> float:
    (known,) = git_objects.commits(call.repository.path, [commit])
    return datetime.fromisoformat(known.committer.date).timestamp()


def _verdict(call: Call, commit: str, context: str) -> str:
    verdicts = call.repository.verdicts()
    everywhere = verdicts.get("*", {}).get(context, "success")
    return verdicts.get(commit, {}).get(context, everywhere)


def combined_status(call: Call) -> Reply:
    """GET commits/{ref}/status: the newest report of each context, and what they come to together."""
    commit = _named(call)
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
    commit = _named(call)
    shown, headers = page_of(call, reports(call, commit))
    return Reply(200, [_created_shape(call, commit, status) for status in shown], headers)


def list_check_runs(call: Call) -> Reply:
    """GET commits/{ref}/check-runs: none, as Prow reports by statuses."""
    _named(call)
    return Reply(200, {"total_count": 0, "check_runs": []})


def create_status(call: Call) -> Reply:
    """POST statuses/{sha}: one more report on a commit; 422 when there is no such commit or state."""
    given = fields(
        call,
        "Status",
        {"state": str},
        {"context": str, "description": (str, NOTHING), "target_url": (str, NOTHING)},
    )
    commit = call.names["sha"]
    if git_objects.commit_named(call.repository.path, commit) != commit:
        raise Refused(422, f"No commit found for SHA: {commit}")
    if given["state"] not in STATES:
        raise invalid("Status", "invalid", "state")
    status = Status(
        id=call.state.next_id,
        context=given.get("context", "default"),
        state=given["state"],
        description=given.get("description"),
        target_url=given.get("target_url"),
        created=call.now,
    )
    known = (status, *call.state.statuses.get(commit, ()))
    statuses = {**call.state.statuses, commit: known}
    call.repository.write(replace(call.state, statuses=statuses, last_id=status.id))
    return Reply(201, _created_shape(call, commit, status))


def _named(call: Call) -> str:
    commit = git_objects.commit_named(call.repository.path, call.names["ref"])
    if commit is None:
        raise not_found()
    return commit


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
    return {**_shape(call, commit, status), "creator": user(call.settings.login)}
