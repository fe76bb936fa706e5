"""GitHub's check runs: the reports of Apps on a commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

from releasing.rehearsal.github.checks.expected_checks import Conclusion, Expected, RunVerdict, expected_on
from releasing.rehearsal.github.checks.statuses import commit_of, need_commit
from releasing.rehearsal.github.requests import Call, Kind, Reply, fields, invalid, not_found, page_of
from releasing.rehearsal.github.shapes import FOUNDED, WEB, Json, moment, stable_id, user
from releasing.rehearsal.github.state import CheckRun

RESOURCE = "CheckRun"
APP = "checks"
STATES = ("queued", "in_progress", "completed")
OPTIONAL: dict[str, Kind] = {
    **dict.fromkeys(("status", "conclusion", "details_url", "external_id"), str),
    "output": dict,
}


def runs(call: Call, commit: str) -> list[CheckRun]:
    """Every check run on the commit until now, the newest first."""
    emulated = [
        _emulated(call, commit, expected, expected.verdict)
        for expected in expected_on(call, commit)
        if isinstance(expected.verdict, RunVerdict)
    ]
    found = [*call.state.check_runs.get(commit, ()), *emulated]
    return sorted(found, key=lambda run: run.started, reverse=True)


def _emulated(call: Call, commit: str, expected: Expected, verdict: RunVerdict) -> CheckRun:
    suite = f"{APP} {expected.number}" if expected.number else APP
    id_ = stable_id("check run", commit, expected.name, *[suite] * bool(expected.number))
    page = verdict.html_url or _page(call, id_)
    began = expected.settles if expected.began is None else expected.began
    run = CheckRun(id_, expected.name, "in_progress", None, page, None, began, suite=suite)
    if call.now < expected.settles:
        return run
    return replace(run, status="completed", conclusion=verdict.conclusion, completed=expected.settles)


def _page(call: Call, run: int) -> str:
    return f"{WEB}/{call.repository.full_name}/runs/{run}"


def latest(found: Iterable[CheckRun]) -> list[CheckRun]:
    """The newest run of each name in each suite, from runs with the newest first: a re-run replaces its own."""
    standing: dict[tuple[str, str], CheckRun] = {}
    for run in found:
        standing.setdefault((run.suite, run.name), run)
    return list(standing.values())


def list_check_runs(call: Call) -> Reply:
    """GET commits/{ref}/check-runs: by name and status; the latest of each name and suite, unless filter is `all`."""
    commit = commit_of(call)
    found = runs(call, commit)
    if call.query.get("filter", "latest") == "latest":
        found = latest(found)
    for name, attribute in (("check_name", "name"), ("status", "status")):
        if name in call.query:
            found = [run for run in found if getattr(run, attribute) == call.query[name]]
    shown, headers = page_of(call, found)
    body = {"total_count": len(found), "check_runs": [_shape(call, commit, run) for run in shown]}
    return Reply(200, body, headers)


def create_check_run(call: Call) -> Reply:
    """POST check-runs: 422 when there is no such commit, or it is completed without a conclusion."""
    given = fields(call, RESOURCE, {"name": str, "head_sha": str}, OPTIONAL)
    need_commit(call, given["head_sha"])
    number = call.state.next_id
    run = CheckRun(
        number, given["name"], "queued", None, _page(call, number), None, call.now, suite=call.login
    )
    run = _reported(call, run, given)
    return Reply(201, _kept(call, given["head_sha"], run))


def update_check_run(call: Call) -> Reply:
    """PATCH check-runs/{id}: what is given changes; 404 when nobody made it by a request."""
    given = fields(call, RESOURCE, {}, {"name": str, **OPTIONAL})
    wanted = int(call.names["check_run"])
    for commit, known in call.state.check_runs.items():
        for run in known:
            if run.id == wanted:
                return Reply(200, _kept(call, commit, _reported(call, run, given)))
    raise not_found()


def _reported(call: Call, run: CheckRun, given: dict[str, Any]) -> CheckRun:
    conclusion = given.get("conclusion", run.conclusion)
    # A conclusion completes a run, whatever status is given beside it.
    status = "completed" if "conclusion" in given else given.get("status", run.status)
    if status not in STATES:
        raise invalid(RESOURCE, "invalid", "status")
    if status == "completed" and conclusion not in get_args(Conclusion):
        raise invalid(RESOURCE, "invalid" if conclusion else "missing_field", "conclusion")
    output = given.get("output", {})
    return replace(
        run,
        name=given.get("name", run.name),
        status=status,
        conclusion=conclusion if status == "completed" else None,
        completed=call.now if status == "completed" else None,
        details_url=given.get("details_url", run.details_url),
        external_id=given.get("external_id", run.external_id),
        title=output.get("title", run.title),
        summary=output.get("summary", run.summary),
    )


def _kept(call: Call, commit: str, run: CheckRun) -> Json:
    others = [one for one in call.state.check_runs.get(commit, ()) if one.id != run.id]
    check_runs = {**call.state.check_runs, commit: (run, *others)}
    last_id = max(call.state.last_id, run.id)
    call.repository.write(replace(call.state, check_runs=check_runs, last_id=last_id))
    return _shape(call, commit, run)


def _shape(call: Call, commit: str, run: CheckRun) -> Json:
    url = f"{call.url}/check-runs/{run.id}"
    return {
        "id": run.id,
        "node_id": f"CR_{run.id}",
        "head_sha": commit,
        "name": run.name,
        "url": url,
        "html_url": run.html_url,
        "details_url": run.details_url,
        "external_id": run.external_id,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": moment(run.started),
        "completed_at": moment(run.completed),
        "check_suite": {"id": stable_id("check suite", commit, run.suite)},
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "app": _app(call.repository.owner),
        "pull_requests": [],
    }


def _app(owner: str) -> Json:
    return {
        "id": stable_id("app", APP),
        "node_id": f"A_{APP}",
        "slug": APP,
        "owner": user(owner),
        "name": APP,
        "description": None,
        "external_url": f"{WEB}/apps/{APP}",
        "html_url": f"{WEB}/apps/{APP}",
        "created_at": FOUNDED,
        "updated_at": FOUNDED,
        "permissions": {"checks": "write"},
        "events": [],
    }
