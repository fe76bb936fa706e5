"""The plan is the run: its lines, pasted into a shell, make the same release."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.whole_releases import ROOT, VERSION, completed, trace


def test_the_lines_of_a_plan_pasted_into_a_shell_make_the_same_release(tmp_path: Path) -> None:
    pasted, run = tmp_path / "pasted", tmp_path / "run"
    script = completed(pasted, "release.plan", "--version", VERSION)
    command = [sys.executable, str(ROOT / "tasks.py"), "rehearsal.serve", "--sandbox", str(pasted)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()
        done = subprocess.run(
            ["bash", "-eu"], input=script, capture_output=True, text=True, env={}, check=False, cwd=tmp_path
        )
        server.terminate()
    assert done.returncode == 0, done.stdout + done.stderr
    completed(run, "release.rc", "--version", VERSION)
    assert trace(pasted) == trace(run)
    assert "complete" in completed(pasted, "release.status", "--version", VERSION).splitlines()
    completed(pasted, "release.verify", "--version", VERSION)


def test_a_plan_changes_nothing(tmp_path: Path) -> None:
    completed(tmp_path / "sandbox", "release.plan", "--version", VERSION)
    before = trace(tmp_path / "sandbox")
    completed(tmp_path / "sandbox", "release.plan", "--version", VERSION)
    assert trace(tmp_path / "sandbox") == before
    assert not (tmp_path / "sandbox" / "releases").exists()


def test_a_plan_of_a_finished_release_has_no_command(tmp_path: Path) -> None:
    completed(tmp_path / "sandbox", "release.rc", "--version", VERSION)
    plan = completed(tmp_path / "sandbox", "release.plan", "--version", VERSION)
    assert [line for line in plan.splitlines() if line and not line.startswith(("#", "export "))] == []
