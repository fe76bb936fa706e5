"""The rehearsal's testgrid: postsubmits of a default branch as the local GitHub tells them, a column for each commit.

Its address names the repository (…/testgrid/OWNER/NAME), and every dashboard and tab of it is the same one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from releasing.rehearsal.github.checks import check_runs, statuses
from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.requests import Call
from releasing.rehearsal.github.state import Repository, ServerSettings

COLUMNS = 30
NOTHING, PASS, RUNNING, FAIL = 0, 1, 4, 12
ENDED = {"pending": RUNNING, **dict.fromkeys(("success", "neutral", "skipped"), PASS)}

Grid = Callable[[Call, list[str]], dict[str, Any]]


def application(root: Path, settings: ServerSettings) -> web.Application:
    """A testgrid for the repositories below `root`."""
    application = web.Application()
    base = "/{owner}/{repo}/api/v1/dashboards/{dashboard}"
    for path, grid in (
        ("/tab-summaries/{tab}", _summary),
        ("/tabs/{tab}/headers", _headers),
        ("/tabs/{tab}/rows", _rows),
    ):
        application.router.add_get(base + path, _answering(root, settings, grid))
    return application


def _answering(root: Path, settings: ServerSettings, grid: Grid) -> Callable[[web.Request], Any]:
    async def answer(request: web.Request) -> web.Response:
        repository = Repository(root, request.match_info["owner"], request.match_info["repo"])
        if not repository.path.is_dir():
            return web.Response(status=404, text=f"dashboard {request.match_info['dashboard']} not found")
        branch = f"refs/heads/{git_objects.default_branch(repository.path)}"
        commits = git_objects.history(repository.path, f"--max-count={COLUMNS}", "--first-parent", branch)
        return web.json_response(grid(_call(repository, settings), commits))

    return answer


def _call(repository: Repository, settings: ServerSettings) -> Call:
    """A request of nobody in particular, as the parts of the local GitHub take it."""
    nothing: dict[str, str] = {}
    return Call(
        repository, repository.read(), settings, time.time(), "", nothing, nothing, b"", "", "", "", "pull"
    )


def _results(call: Call, commit: str) -> dict[str, int]:
    """The result of each postsubmit on the commit: the worst of a status and a check run of one name."""
    found: dict[str, int] = {}
    states = [(each.context, each.state) for each in statuses.newest(statuses.reports(call, commit)).values()]
    runs = check_runs.latest(check_runs.runs(call, commit))
    for name, state in states + [(run.name, run.conclusion or "pending") for run in runs]:
        found[name] = max(found.get(name, NOTHING), ENDED.get(state, FAIL))
    return {name: found.get(name, NOTHING) for name in call.settings.postsubmits}


def _summary(call: Call, commits: list[str]) -> dict[str, Any]:
    results = {commit: {*_results(call, commit).values()} for commit in commits}
    green = next((commit for commit in commits if results[commit] == {PASS}), "")
    ended = next((each for each in results.values() if each and each <= {PASS, FAIL}), set())
    return {
        "tab_summary": {
            "overall_status": "PENDING" if not ended else "PASSING" if ended == {PASS} else "FAILING",
            "last_update_timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "latest_passing_build": green or "no recent greens",
        }
    }


def _headers(call: Call, commits: list[str]) -> dict[str, Any]:
    found = git_objects.commits(call.repository.path, commits)
    return {
        "headers": [
            {"build": f"{number}", "name": f"{number}", "started": each.committer.date, "extra": [each.id]}
            for number, each in zip(range(len(found), 0, -1), found, strict=True)
        ]
    }


def _rows(call: Call, commits: list[str]) -> dict[str, Any]:
    results = [_results(call, commit) for commit in commits]
    return {
        "rows": [
            {"name": name, "cells": [_cell(each[name]) for each in results]}
            for name in call.settings.postsubmits
        ]
    }


def _cell(result: int) -> dict[str, int]:
    # As the service writes it: what is zero is left out.
    return {"result": result} if result else {}
