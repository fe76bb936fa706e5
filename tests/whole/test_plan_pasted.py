"""The plan is the run: its lines, pasted into a shell, make the same release."""

from __future__ import annotations

from pathlib import Path

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
