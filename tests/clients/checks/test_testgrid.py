"""The latest green postsubmit from a testgrid, whose commits a local GitHub knows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from releasing.builds import identity
from releasing.clients.checks import testgrid, testgrid_tab
from releasing.clients.checks.testgrid_tab import Tab
from releasing.config import release_yaml
from releasing.errors import PreconditionError, UnreachableError
from releasing.runbook.journal import Journal
from releasing.runbook.plan import PaperShell
from releasing.shell.programs import Shell
from tests.support import grids
from tests.support.bare_repository import commit, head
from tests.support.grids import SUMMARY, Grid
from tests.support.paths import ROOT
from tests.support.releases import CONFIG, Origin, hosted, release_at

SLUG = "kubeflow/kubeflow"


@dataclass(frozen=True)
class World:
    """A testgrid and the project that it tests."""

    grid: Grid
    origin: Origin

    @property
    def newest(self) -> str:
        return head(self.origin.bare, "master")

    def found(self) -> str:
        tab = Tab(self.grid.url, "sig-big-data", "kubeflow-postsubmit")
        return testgrid.latest_green(self.origin.sh.shell, tab, SLUG, "master")

    def refused(self) -> PreconditionError:
        with pytest.raises(PreconditionError) as caught:
            self.found()
        return caught.value


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(testgrid_tab, "PAUSES", (0, 0, 0))
    with hosted(tmp_path) as (origin, _), grids.serving() as grid:
        grid.summary()
        yield World(grid, origin)


def test_the_newest_column_where_something_passed_and_nothing_failed_is_green(world: World) -> None:
    older = world.newest
    middle, newest = (commit(world.origin.bare, "master", "a", text) for text in "ab")
    world.grid.columns(newest, middle, older, Build="FPP", E2e="PPP")
    assert world.found() == middle
    world.grid.columns(newest, middle, older, Build="PPP", E2e=".PP")
    assert world.found() == newest


@pytest.mark.parametrize("letter", ["F", "K", "R", "."])
def test_a_column_that_failed_was_flaky_still_runs_or_has_nothing_is_passed_over(
    world: World, letter: str
) -> None:
    older = world.newest
    newest = commit(world.origin.bare, "master", "a", "a")
    world.grid.columns(newest, older, Build=f"{letter}P")
    assert world.found() == older


@pytest.mark.parametrize("letters", ["PF", "FP", "PR", "RP", "P.", "PPK"])
def test_a_commit_with_several_columns_is_green_when_all_of_them_are(world: World, letters: str) -> None:
    older = world.newest
    newest = commit(world.origin.bare, "master", "a", "a")
    names = [newest, newest[:12], newest][: len(letters)]
    world.grid.columns(*names, older, Build=f"{letters}P")
    assert world.found() == older
    tab = Tab(world.grid.url, "sig-big-data", "kubeflow-postsubmit")
    assert testgrid.problem(tab, newest) != ""
    assert testgrid.problem(tab, older) == ""
    world.grid.columns(*names, older, Build="P" * len(names) + "P")
    assert testgrid.problem(tab, newest) == ""


def test_a_column_without_a_commit_is_not_that_of_every_commit(world: World) -> None:
    world.grid.columns("", world.newest[:4], Build="PP")
    tab = Tab(world.grid.url, "sig-big-data", "kubeflow-postsubmit")
    world.grid.bodies[grids.HEADERS]["headers"][0]["build"] = ""
    assert "has no column for it" in testgrid.problem(tab, world.newest)


def test_a_result_that_testgrid_has_and_we_do_not_know_is_not_green(world: World) -> None:
    world.grid.columns(world.newest, Build="P", Other=".")
    world.grid.bodies[grids.ROWS]["rows"][1]["cells"] = [{"result": 14}]
    assert "Other has result 14" in world.refused().message


def test_rows_with_fewer_cells_than_columns_are_read_as_far_as_they_go(world: World) -> None:
    older = world.newest
    newest = commit(world.origin.bare, "master", "a", "a")
    world.grid.columns(newest, older, Build="FP", New=".")
    assert world.found() == older


def test_a_short_commit_is_told_in_full_and_the_build_stands_in_for_none(world: World) -> None:
    world.grid.columns(world.newest[:10], Build="P")
    assert world.found() == world.newest
    world.grid.columns("", Build="P")
    world.grid.bodies[grids.HEADERS]["headers"][0]["build"] = world.newest
    assert world.found() == world.newest


@pytest.mark.parametrize("status", ["STALE", "BROKEN", "UNKNOWN", None])
def test_a_tab_that_is_of_no_use_is_told_with_its_status_and_times(world: World, status: str | None) -> None:
    world.grid.columns(world.newest, Build="P")
    message = "data older than 8h"
    world.grid.summary(
        overall_status=status,
        detailed_status_message=message,
        last_update_timestamp="2018-07-23T10:00:00.123456789Z",
    )
    text = world.refused().message
    wanted = f"testgrid sig-big-data#kubeflow-postsubmit is {status or 'UNKNOWN'}, last updated 2018-07-23 10:00 UTC"
    assert text == f"{wanted}, last run never: {message}"
    world.grid.summary(overall_status=status)
    assert f"is {status or 'UNKNOWN'}, last updated 20" in world.refused().message


@pytest.mark.parametrize(("hours", "useful"), [(23, True), (25, False)])
def test_a_tab_is_of_use_for_a_day_after_its_update(world: World, hours: float, useful: bool) -> None:
    world.grid.columns(world.newest, Build="P")
    world.grid.summary(hours)
    if useful:
        assert world.found() == world.newest
    else:
        assert "is PASSING, last updated 20" in world.refused().message


def test_a_tab_that_was_never_updated_is_of_no_use(world: World) -> None:
    world.grid.columns(world.newest, Build="P")
    world.grid.summary(last_update_timestamp=None)
    assert "last updated never" in world.refused().message


def test_without_a_green_column_the_newest_are_told_with_their_failures(world: World) -> None:
    world.grid.columns(world.newest, "1234567890abcdef", Build="FR", E2e="F.")
    text = world.refused().message
    assert "no recent greens; its newest of 2 columns:" in text
    assert f"\n  {world.newest[:12]} (build 900): Build failed, E2e failed\n" in text
    assert "\n  1234567890ab (build 899): Build running" in text


def test_what_testgrid_says_of_greens_and_columns_that_are_not_there_counts_too(world: World) -> None:
    world.grid.columns(world.newest, Build="P")
    world.grid.summary(latest_passing_build="no recent greens")
    assert f"{world.newest[:12]} (build 900): green" in world.refused().message
    world.grid.bodies |= {grids.HEADERS: {}, grids.ROWS: {}}
    assert "its newest of 0 columns: none" in world.refused().message


def test_a_green_commit_of_another_branch_is_refused(world: World) -> None:
    aside = commit(world.origin.bare, "aside", "a", "a")
    world.grid.columns(aside, Build="P")
    assert f"{aside[:12]} (build 900), a commit that is not on master of {SLUG}" in world.refused().message
    commit(world.origin.bare, "master", "b", "b")
    assert f"{aside[:12]} (build 900), a commit that is not on master of {SLUG}" in world.refused().message


def test_a_green_commit_that_the_repository_does_not_have_is_refused(world: World) -> None:
    world.grid.columns("f" * 40, Build="P")
    assert f"a commit that {SLUG} does not have" in world.refused().message


def test_a_dashboard_or_tab_that_is_not_there_is_named(world: World) -> None:
    del world.grid.bodies[SUMMARY]
    error = world.refused()
    assert "has no tab 'kubeflow-postsubmit' in a dashboard 'sig-big-data'" in error.message
    assert len(world.grid.asked) == 1


def test_an_answer_that_fails_is_asked_for_again(world: World) -> None:
    world.grid.columns(world.newest, Build="P")
    world.grid.refusals = [503, 429]
    assert world.found() == world.newest


@pytest.mark.parametrize(("refusals", "said"), [([500] * 3, "HTTP Error 500"), ([403], "HTTP Error 403")])
def test_no_answer_is_said_after_a_few_tries(world: World, refusals: list[int], said: str) -> None:
    world.grid.refusals = refusals.copy()
    with pytest.raises(UnreachableError, match=said):
        world.found()
    assert len(world.grid.asked) == len(refusals)


def test_an_answer_of_another_form_is_told_with_its_place(world: World) -> None:
    world.grid.bodies[SUMMARY] = {"tab_summary": {"last_update_timestamp": "yesterday"}}
    with pytest.raises(UnreachableError, match=r"tab_summary\.last_update_timestamp"):
        world.found()


def test_plain_http_to_elsewhere_is_refused_also_behind_a_redirect(world: World) -> None:
    with pytest.raises(PreconditionError, match=r"http://testgrid\.example\.org: .*expected https"):
        testgrid_tab.fetched("http://testgrid.example.org/api")
    world.grid.refusals = [302]
    assert "http://testgrid.example.org: " in world.refused().message


def test_names_are_part_of_one_segment_of_the_address(world: World) -> None:
    with pytest.raises(PreconditionError):
        testgrid.latest_green(world.origin.sh.shell, Tab(world.grid.url, "a/b c", "d?e"), SLUG, "master")
    assert world.grid.asked == ["/api/v1/dashboards/a%2Fb%20c/tab-summaries/d%3Fe"]


def test_the_program_prints_the_commit_of_the_testgrid_that_stands_in(world: World) -> None:
    world.grid.columns(world.newest, Build="P")
    script = ROOT / "scripts" / "latest_green_commit.py"
    tab = ("--testgrid", "https://testgrid.example.org", "sig-big-data", "kubeflow-postsubmit")
    environment = {**world.origin.sh.environment, "RELEASE_TESTGRID": f"{world.grid.url}/"}
    run = subprocess.run(
        [sys.executable, str(script), SLUG, "master", *tab],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, f"{world.newest}\n"), run.stderr


def test_the_commit_to_build_is_asked_of_the_testgrid_that_release_yaml_names(tmp_path: Path) -> None:
    grid = release_yaml.Testgrid(dashboard="sig-big-data", tab="kubeflow-postsubmit")
    checks = CONFIG.checks.model_copy(update={"testgrid": grid})
    release = release_at(tmp_path, CONFIG.model_copy(update={"checks": checks}))
    sh = PaperShell(Shell({}), Journal(Path("/dev/null")), "test")
    identity.commit(release, sh)
    asked = "--testgrid https://testgrid-api.prow.k8s.io sig-big-data kubeflow-postsubmit"
    assert sh.lines == [f"commit=$(latest_green_commit.py kubeflow/kubeflow master {asked})"]
