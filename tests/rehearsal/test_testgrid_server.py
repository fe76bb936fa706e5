"""The rehearsal's testgrid and its GitHub tell of the same postsubmits."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.checks import commit_checks, testgrid
from releasing.clients.checks.testgrid_tab import Headers, Rows, Tab
from releasing.errors import PreconditionError
from releasing.rehearsal.testgrid_server import application
from tests.support.bare_repository import commit, head
from tests.support.local_github import SETTINGS, LocalGitHub
from tests.support.releases import Origin, hosted

SLUG = "kubeflow/kubeflow"


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address of the testgrid of the repositories below `root`."""
    loop, ending, ready, ports = asyncio.new_event_loop(), asyncio.Event(), threading.Event(), []

    async def serve() -> None:
        runner = web.AppRunner(application(root, SETTINGS), shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ports.append(runner.addresses[0][1])
        ready.set()
        await ending.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    try:
        assert ready.wait(30)
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()
        loop.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Origin, LocalGitHub, Tab]]:
    with hosted(tmp_path) as (origin, github), served(github.root) as url:
        yield origin, github, Tab(f"{url}/{SLUG}", "sig-big-data", "kubeflow-postsubmit")


def verdicts(github: LocalGitHub, **by_commit: object) -> None:
    github.repository().beside("verdicts.json").write_text(json.dumps(by_commit))


def both(origin: Origin, tab: Tab) -> set[str]:
    sh = origin.sh.shell
    return {
        testgrid.latest_green(sh, tab, SLUG, "master"),
        commit_checks.latest_green(sh, SLUG, "master", ("postsubmit",)),
    }


@pytest.mark.parametrize("verdict", ["failure", "pending", {"conclusion": "timed_out"}])
def test_both_sources_pass_over_a_commit_whose_postsubmit_has_not_succeeded(
    world: tuple[Origin, LocalGitHub, Tab], verdict: object
) -> None:
    origin, github, tab = world
    green = head(origin.bare, "master")
    newest = commit(origin.bare, "master", "a", "a")
    assert both(origin, tab) == {newest}
    verdicts(github, **{newest: {"postsubmit": verdict}})
    assert both(origin, tab) == {green}
    verdicts(github, **{newest: {"postsubmit": {"conclusion": "success"}}})
    assert both(origin, tab) == {newest}


def test_neither_source_has_a_green_commit_when_nothing_reports(
    world: tuple[Origin, LocalGitHub, Tab],
) -> None:
    origin, github, tab = world
    verdicts(github, **{"*": {"postsubmit": None}})
    with pytest.raises(PreconditionError):
        testgrid.latest_green(origin.sh.shell, tab, SLUG, "master")
    with pytest.raises(PreconditionError):
        commit_checks.latest_green(origin.sh.shell, SLUG, "master", ("postsubmit",))


def test_columns_are_commits_with_the_newest_first(world: tuple[Origin, LocalGitHub, Tab]) -> None:
    origin, github, tab = world
    newest = commit(origin.bare, "master", "a", "a")
    verdicts(github, **{newest: {"postsubmit": "failure"}})
    columns = tab.read(Headers, "tabs", "/headers").headers
    assert [columns[0].commit, len(columns)] == [newest, 3]
    (row,) = tab.read(Rows, "tabs", "/rows").rows
    assert (row.name, [cell.result for cell in row.cells]) == ("postsubmit", [12, 1, 1])


def test_a_repository_that_is_not_there_has_no_tab(world: tuple[Origin, LocalGitHub, Tab]) -> None:
    *_, tab = world
    with pytest.raises(PreconditionError, match="has no tab"):
        Tab(f"{tab.url}x", "sig-big-data", "kubeflow-postsubmit").read(Rows, "tabs", "/rows")
