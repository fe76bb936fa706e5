"""The plan is the run: its lines, pasted into a shell, make the same release."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.finished import Finished
from tests.support.once import copied
from tests.support.whole_releases import VERSION, completed, pasted, trace


def test_the_lines_of_a_plan_pasted_into_a_shell_make_the_same_release(
    tmp_path: Path, candidate: Finished
) -> None:
    by_hand = tmp_path / "by-hand"
    pasted(by_hand, completed(by_hand, "release.plan", "--version", VERSION))
    assert trace(by_hand) == trace(candidate.sandbox)
    assert "complete" in completed(by_hand, "release.status", "--version", VERSION).splitlines()
    completed(by_hand, "release.verify", "--version", VERSION)


def test_a_plan_changes_nothing(tmp_path: Path) -> None:
    completed(tmp_path / "sandbox", "release.plan", "--version", VERSION)
    before = trace(tmp_path / "sandbox")
    completed(tmp_path / "sandbox", "release.plan", "--version", VERSION)
    assert trace(tmp_path / "sandbox") == before
    assert not (tmp_path / "sandbox" / "releases").exists()


def test_a_plan_of_a_finished_release_has_no_command(tmp_path: Path, candidate: Finished) -> None:
    plan = completed(copied(candidate.sandbox, tmp_path / "sandbox"), "release.plan", "--version", VERSION)
    assert [line for line in plan.splitlines() if line and not line.startswith(("#", "export "))] == []


def test_a_pasted_plan_ends_at_its_first_failure_and_the_next_run_goes_on(tmp_path: Path) -> None:
    sandbox = tmp_path / "by-hand"
    plan = completed(sandbox, "release.plan", "--version", VERSION)
    assert "rehearsal.serve" in plan.splitlines()[1]
    lines = plan.splitlines()
    at = next(number for number, line in enumerate(lines) if line.endswith(" add --all"))
    lines[at] = "false"
    with pytest.raises(AssertionError):
        pasted(sandbox, "\n".join(lines) + "\necho after\n")
    assert not [branch for branch in trace(sandbox).branches if branch.startswith("release/")]
    completed(sandbox, "release.rc", "--version", VERSION)
