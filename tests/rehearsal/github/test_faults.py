"""Faults that the local GitHub commits, set by a test or from outside, and the log of all requests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from releasing.rehearsal.github.faults import Fault, Kind, met, write
from tests.support.bare_repository import bare_project
from tests.support.local_github import GH, LocalGitHub, answer_of, local_github

REPO = "repos/kubeflow/kubeflow"
ISSUES = f"/{REPO}/issues"


def statuses(github: LocalGitHub, count: int) -> list[int]:
    """The statuses of so many requests for the user."""
    return [answer_of(github.gh("api", "-i", "user").stdout)[0] for _ in range(count)]


def told(github: LocalGitHub) -> list[dict[str, Any]]:
    """The lines of the log."""
    return [json.loads(line) for line in (github.root / "requests.log").read_text().splitlines()]


@pytest.mark.parametrize("kind", ["500", "503", "403-secondary"])
def test_each_kind_of_fault_answers_with_its_status(github: LocalGitHub, kind: Kind) -> None:
    github.faults.add("GET", "/user$", kind)
    assert statuses(github, 2) == [int(kind[:3]), 200]


def test_limits_say_how_long_they_last(github: LocalGitHub) -> None:
    for kind in ("403", "403-secondary", "429"):
        github.faults.add("GET", "/user$", kind, seconds=7)
    primary, secondary, too_many = (github.headers("user") for _ in range(3))
    assert (primary["x-ratelimit-remaining"], "retry-after" in primary) == ("0", False)
    assert int(primary["x-ratelimit-reset"]) < 4_000_000_000
    assert secondary["retry-after"] == too_many["retry-after"] == "7"
    assert "x-ratelimit-remaining" not in secondary


def test_a_fault_waits_for_its_turn_and_happens_as_often_as_it_says(github: LocalGitHub) -> None:
    github.faults.add("GET", "", "502", 2, after=1)
    assert statuses(github, 4) == [200, 502, 502, 200]


def test_requests_that_a_fault_is_not_about_do_not_count_for_it() -> None:
    fault = Fault("502", "POST", "/pulls$", after=1)
    assert met([fault], "GET", "/repos/o/r/pulls") == (None, (fault,))
    assert met([fault], "POST", "/repos/o/r/pulls/1") == (None, (fault,))
    found, (left,) = met([fault], "POST", "/repos/o/r/pulls")
    assert (found, left.after) == (None, 0)
    assert met([left], "POST", "/repos/o/r/pulls") == (left, ())


def test_a_request_meets_one_fault_and_the_next_request_the_next() -> None:
    first, second = Fault("502"), Fault("drop")
    assert met([first, second], "GET", "/user") == (first, (second,))
    assert met([second], "GET", "/user") == (second, ())


def test_faults_are_set_from_outside_while_the_server_runs(github: LocalGitHub) -> None:
    file = github.root / "faults.json"
    file.write_text(
        '[{"kind": "502", "after": 1}, {"kind": "404", "method": "GET", "path": "/user$", "count": 2}]'
    )
    assert statuses(github, 4) == [404, 502, 404, 200]
    assert json.loads(file.read_text()) == []
    write(file, [Fault("500")])
    assert statuses(github, 2) == [500, 200]


def test_a_fault_in_the_file_outlives_the_server(tmp_path: Path) -> None:
    bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    write(tmp_path / "faults.json", [Fault("502", after=2)])
    for expected in ([200], [200], [502, 200]):
        with local_github(tmp_path) as github:
            assert statuses(github, len(expected)) == expected


def test_a_request_is_dropped_by_a_fault_from_outside_before_or_after_it_was_applied(
    github: LocalGitHub,
) -> None:
    for fault, issues in ((Fault("drop", path="/issues$"), 0), (Fault("apply-then-drop", "POST"), 1)):
        write(github.root / "faults.json", [fault])
        assert github.gh("api", f"{REPO}/issues", "-f", "title=T").returncode == 1
        assert len(github.api(f"{REPO}/issues")) == issues


def test_a_slow_answer_holds_nobody_else_up(github: LocalGitHub) -> None:
    github.faults.add("GET", "/user$", "slow", seconds=3600)
    waiting = subprocess.Popen([GH, "api", "user"], env=github.environment)
    try:
        while github.faults.unused:
            assert waiting.poll() is None
        assert github.api(f"{REPO}/pulls") == []
        assert waiting.poll() is None
    finally:
        waiting.kill()
        waiting.wait()


def test_a_slow_answer_is_the_real_one(github: LocalGitHub) -> None:
    github.faults.add("GET", "/user$", "slow", seconds=0.01)
    assert github.api("user")["login"] == "manager"


@pytest.mark.parametrize(
    "text", ['[{"kind": "418"}]', '[{"kind": "502", "path": "("}]', '[{"kind": "502", "nth": 3}]', "{"]
)
def test_faults_that_cannot_be_read_are_told_with_their_file(github: LocalGitHub, text: str) -> None:
    (github.root / "faults.json").write_text(text)
    status, body = github.refused("user")
    assert (status, "faults.json" in body["message"]) == (500, True)
    github.expect("status 500")


def test_requests_are_logged_in_their_order_when_somebody_made_the_log(github: LocalGitHub) -> None:
    github.api("user")
    (github.root / "requests.log").touch()
    github.faults.add("POST", "/issues$", "apply-then-drop")
    github.faults.add("GET", "/issues$", "503")
    github.gh("api", f"{REPO}/issues", "-f", "title=T")
    github.refused(f"{REPO}/issues?state=all")
    github.api(f"{REPO}/issues?state=all")
    assert [(one["method"], one["path"], one["status"], one["fault"]) for one in told(github)] == [
        ("POST", ISSUES, None, "apply-then-drop"),
        ("GET", f"{ISSUES}?state=all", 503, "503"),
        ("GET", f"{ISSUES}?state=all", 200, None),
    ]


def test_a_campaign_spoils_each_request_that_the_log_lists(github: LocalGitHub) -> None:
    log, faults = github.root / "requests.log", github.root / "faults.json"
    log.touch()

    def whole() -> list[int]:
        return [github.gh("api", path).returncode for path in ("user", f"{REPO}/pulls", REPO)]

    assert whole() == [0, 0, 0]
    for number, _ in enumerate(told(github)):
        write(faults, [Fault("502", after=number)])
        assert [*whole()].index(1) == number
