"""Checks of commits, reported by a local GitHub."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.clients.checks import commit_checks
from releasing.clients.checks.commit_checks import Check
from releasing.errors import CommandError, PreconditionError, UnmetError
from releasing.rehearsal.github.state import Status
from releasing.shell.programs import Shell
from tests.support.bare_repository import commit, head
from tests.support.local_github import LocalGitHub
from tests.support.paths import SCRIPTS
from tests.support.releases import Origin, hosted

SLUG = "kubeflow/kubeflow"
WAIT = SCRIPTS / "wait_for_checks.py"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Origin, LocalGitHub]]:
    with hosted(tmp_path) as both:
        yield both


def report(github: LocalGitHub, commit_id: str, *contexts: str, state: str, link: str | None = None) -> None:
    """Have `contexts` report now: straight into what the local GitHub remembers, as Prow's requests would."""
    repository = github.repository()
    known = repository.read()
    reports = known.statuses.get(commit_id, ())
    for context in contexts:
        reports = (Status(len(reports) + 1, context, state, None, link, time.time()), *reports)
    repository.write(replace(known, statuses={**known.statuses, commit_id: reports}))


def waited(sh: Shell, commit_id: str, *contexts: str, minutes: float = 1) -> None:
    commit_checks.wait_until_successful(sh, SLUG, commit_id, contexts, minutes * 60)


def test_every_check_is_reported_by_name_with_its_newest_state(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    report(github, newest, "e2e", state="failure", link="https://example.org/1")
    report(github, newest, "e2e", state="success", link="https://example.org/2")
    found = commit_checks.reported(origin.sh.shell, SLUG, newest)
    assert found["e2e"] == Check("e2e", "success", "https://example.org/2")
    assert found["postsubmit"].state == "success"


RUN = {state: {"conclusion": state} for state in ("success", "failure", "neutral", "stale", "cancelled")}
MIXES = [
    ([RUN["success"], RUN["failure"]], "failure"),
    ([RUN["failure"], RUN["success"]], "failure"),
    (["pending", RUN["success"]], "pending"),
    (["failure", RUN["success"]], "failure"),
    ([RUN["neutral"], "error"], "error"),
    ([RUN["success"], RUN["stale"], RUN["neutral"]], "stale"),
    (["pending", RUN["cancelled"], RUN["success"]], "cancelled"),
    (["success", RUN["success"], RUN["neutral"]], ""),
    ([RUN["neutral"], RUN["neutral"]], ""),
]


@pytest.mark.parametrize(("reports", "found"), MIXES)
def test_every_report_of_a_name_has_to_have_passed_in_whatever_order(
    world: tuple[Origin, LocalGitHub], reports: list[object], found: str
) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    github.repository().beside("verdicts.json").write_text(json.dumps({"*": {"postsubmit": reports}}))
    problems = commit_checks.unsuccessful(origin.sh.shell, SLUG, newest, ("postsubmit",))
    assert [check.state for check in problems] == [found] * bool(found)
    if found:
        assert f"the worst of {len(reports)} reports" in str(problems[0])
        with pytest.raises(PreconditionError, match=f"postsubmit: {found}"):
            commit_checks.latest_green(origin.sh.shell, SLUG, "master", ("postsubmit",))
    if found == "stale":
        # GitHub's documentation has it, and its description of the API does not.
        github.expect("'stale' is not one of")


def test_one_report_that_failed_ends_a_wait_although_another_still_runs(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    report(github, newest, "e2e", state="pending")
    words = ("-f", "name=e2e", "-f", f"head_sha={newest}", "-f", "conclusion=timed_out")
    github.api(f"repos/{SLUG}/check-runs", *words)
    with pytest.raises(UnmetError, match=r"e2e: timed_out .*, the worst of 2 reports"):
        waited(origin.sh.shell, newest, "e2e")


def test_a_rerun_takes_the_place_of_its_own_earlier_report(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    for conclusion in ("failure", "success"):
        words = ("-f", "name=e2e", "-f", f"head_sha={newest}", "-f", f"conclusion={conclusion}")
        github.api(f"repos/{SLUG}/check-runs", *words)
    assert commit_checks.unsuccessful(origin.sh.shell, SLUG, newest, ("e2e",)) == []


def test_a_failed_report_is_found_on_a_later_page_than_the_passed_one(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    verdicts = {"*": {"postsubmit": [RUN["success"]] * 101 + [RUN["failure"]]}}
    github.repository().beside("verdicts.json").write_text(json.dumps(verdicts))
    (problem,) = commit_checks.unsuccessful(origin.sh.shell, SLUG, newest, ("postsubmit",))
    assert (problem.state, problem.reports) == ("failure", 102)


def test_a_name_with_tabs_backslashes_and_line_separators_is_one_name(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    odd = "build\\test\u2028postsubmit\tsuccess"
    report(github, newest, odd, state="failure")
    assert commit_checks.reported(origin.sh.shell, SLUG, newest)[odd].state == "failure"
    assert commit_checks.unsuccessful(origin.sh.shell, SLUG, newest, ("postsubmit",)) == []


def test_a_check_is_found_among_more_than_a_page_of_them(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    report(github, newest, "first", state="success")
    report(github, newest, *(f"other-{number}" for number in range(101)), state="success")
    assert commit_checks.unsuccessful(origin.sh.shell, SLUG, newest, ("first", "postsubmit")) == []


def test_what_has_not_succeeded_is_listed_as_it_was_asked(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    report(github, newest, "e2e", state="pending", link="https://example.org/1")
    problems = commit_checks.unsuccessful(origin.sh.shell, SLUG, newest, ("absent", "postsubmit", "e2e"))
    assert [*map(str, problems)] == ["absent: not reported", "e2e: pending (https://example.org/1)"]


@pytest.mark.parametrize("state", ["failure", "error", "timed_out", "cancelled", "stale"])
def test_waiting_is_in_vain_after_a_failure(state: str) -> None:
    assert Check("e2e", state).failed
    assert not Check("e2e", "pending").failed


def test_the_latest_green_commit_is_the_newest_where_all_succeeded(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    green = head(origin.bare, "master")
    red = commit(origin.bare, "master", "red.txt", "red\n")
    report(github, green, "e2e", state="success")
    report(github, red, "e2e", state="failure")
    assert commit_checks.latest_green(origin.sh.shell, SLUG, "master", ("postsubmit", "e2e")) == green
    assert commit_checks.latest_green(origin.sh.shell, SLUG, "master", ("postsubmit",)) == red


def test_without_a_green_commit_the_newest_are_told_with_their_problems(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, _ = world
    with pytest.raises(
        PreconditionError, match="no green postsubmit among the 2 newest commits of master"
    ) as caught:
        commit_checks.latest_green(origin.sh.shell, SLUG, "master", ("e2e",))
    assert f"\n  {head(origin.bare, 'master')[:12]} e2e: not reported\n" in caught.value.message
    assert caught.value.hint.startswith("required checks: e2e")


def test_a_wait_ends_when_the_checks_have_succeeded(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    words = [sys.executable, str(WAIT), SLUG, newest, "--context", "e2e", "--context", "postsubmit"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=origin.sh.environment) as waiting:
        assert waiting.stdout is not None
        said = waiting.stdout.readline()
        report(github, newest, "e2e", state="success")
        rest, _ = waiting.communicate(timeout=30)
    assert said.startswith("waiting since ")
    assert "e2e: not reported" in said
    assert f"{SLUG}@{newest[:12]}: e2e, postsubmit: success after " in rest
    assert waiting.returncode == 0


def test_a_wait_ends_at_once_when_a_check_failed(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    newest = head(origin.bare, "master")
    report(github, newest, "e2e", state="failure", link="https://example.org/1")
    with pytest.raises(UnmetError, match=r"e2e: failure \(https://example\.org/1\)") as caught:
        waited(origin.sh.shell, newest, "absent", "e2e")
    assert "see the link" in caught.value.hint


def test_a_wait_that_takes_too_long_can_be_taken_up_again(world: tuple[Origin, LocalGitHub]) -> None:
    origin, _ = world
    with pytest.raises(UnmetError, match="after 0 minutes: e2e: not reported") as caught:
        waited(origin.sh.shell, head(origin.bare, "master"), "e2e", minutes=0)
    assert caught.value.hint == "repeat the same command, which continues the wait"


@pytest.mark.parametrize("kind", ["drop", "502", "429"])
def test_a_wait_survives_a_github_that_fails(
    world: tuple[Origin, LocalGitHub], kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    origin, github = world
    github.faults.add("GET", "/status", kind)  # type: ignore[arg-type]
    waited(origin.sh.shell, head(origin.bare, "master"), "postsubmit")
    assert github.faults.unused == ()
    assert "GitHub does not answer: " in capsys.readouterr().out


def test_a_wait_for_a_commit_that_github_does_not_know_ends_at_once(
    world: tuple[Origin, LocalGitHub],
) -> None:
    origin, github = world
    with pytest.raises(CommandError, match="HTTP 4"):
        waited(origin.sh.shell, "0" * 40, "postsubmit")
    assert github.exchanges


def test_a_wait_without_gh_ends_at_once() -> None:
    with pytest.raises(CommandError, match="gh is not installed"):
        waited(Shell({"PATH": "/nonexistent"}), "0" * 40, "postsubmit")


@pytest.mark.parametrize("state", ["success", "neutral", "skipped"])
def test_what_github_lets_pass_is_not_waited_for(state: str) -> None:
    assert state in commit_checks.PASSED


def test_nothing_to_wait_for_is_said(
    world: tuple[Origin, LocalGitHub], capsys: pytest.CaptureFixture[str]
) -> None:
    origin, _ = world
    waited(origin.sh.shell, head(origin.bare, "master"))
    assert "no checks required: success" in capsys.readouterr().out
