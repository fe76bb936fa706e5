"""A release for real on the machine of somebody whose git is set up for other work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.finished import RC, Finished
from tests.support.gitconfigs import hooks_that_ran, peculiar
from tests.support.machines import other_machine, typed
from tests.support.whole_releases import VERSION, completed, serving, trace


def test_peculiar_settings_change_nothing_of_a_candidate(tmp_path: Path, candidate: Finished) -> None:
    shared = tmp_path / "shared"
    completed(shared, "release.plan", "--version", VERSION)
    with serving(shared):
        machine = other_machine(tmp_path / "b", shared)
        peculiar(Path(machine["HOME"]))
        # As on a machine of its own: what git is told comes from its files.
        mine = {name: value for name, value in machine.items() if not name.startswith("GIT_CONFIG")}
        run = typed(mine, *RC)
    assert run.returncode == 0, run.stdout[-3000:]
    assert "Traceback" not in run.stdout
    assert hooks_that_ran(tmp_path / "b") == []
    ours, theirs = (replace(trace(sandbox), mails={}) for sandbox in (shared, candidate.sandbox))
    assert ours == theirs
