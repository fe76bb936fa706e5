"""Programs that end with their leader, whichever signal ends it, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from releasing.shell import lock
from releasing.shell.leash import GUARD
from releasing.shell.lock import held
from releasing.shell.programs import Shell
from tests.support.paths import ROOT

# A leader starts a program, which starts another in its group, and one of our own programs, which starts a third.
LEADER = """
import sys
from pathlib import Path
from releasing.shell.leash import GUARD
from releasing.shell.lock import held
from releasing.shell.programs import Shell
with held(Path(sys.argv[1])) as descriptor:
    shell = Shell(held=descriptor)
    getattr(shell, sys.argv[2])(shell[sys.executable]["-c", sys.argv[3], sys.argv[4], sys.argv[5]])
"""
PROGRAM = """
import os, subprocess, sys
from pathlib import Path
from releasing.shell.programs import Shell
mine = Path(sys.argv[1])
(mine / str(os.getpid())).touch()
grown = subprocess.Popen(["sh", "-c", sys.argv[2]])
(mine / str(grown.pid)).touch()
Shell().read(Shell()["sh"]["-c", f'touch {mine}/$$; {sys.argv[2]}'])
"""
SLEEPS = "exec sleep 300"
STUBBORN = "trap '' HUP INT TERM; while :; do sleep 1; done"


def ended(pid: int) -> bool:
    """Whether the process is gone; one that nobody has asked about yet has ended as well."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def all_end(pids: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not all(map(ended, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def at_work(
    folder: Path, way: str, sleeps: str = SLEEPS
) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """A leader, and the processes of three generations below it, all at work; none outlives the block."""
    (folder / "pids").mkdir()
    words = [sys.executable, "-c", LEADER, str(folder / "lock"), way, PROGRAM, str(folder / "pids"), sleeps]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True) as leader:
        try:
            while len(pids := [int(path.name) for path in (folder / "pids").iterdir()]) < 3:
                assert leader.poll() is None
                time.sleep(0.02)
            yield leader, pids
        finally:
            for pid in [leader.pid, *(int(path.name) for path in (folder / "pids").iterdir())]:
                if not ended(pid):
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("way", ["read", "succeeds", "run", "wait"])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGHUP", "SIGTERM", "SIGINT"])
def test_nobody_is_left_at_work_when_the_leader_has_ended(tmp_path: Path, way: str, name: str) -> None:
    with at_work(tmp_path, way) as (leader, pids):
        leader.send_signal(signal.Signals[name])
        leader.wait(30)
        assert all_end(pids, 10)
        with held(tmp_path / "lock"):
            pass


def test_whoever_ignores_signals_is_killed_before_the_next_run_loses_patience(tmp_path: Path) -> None:
    with at_work(tmp_path, "run", STUBBORN) as (leader, pids):
        leader.kill()
        leader.wait(30)
        with held(tmp_path / "lock"):
            assert all_end([pid for pid in pids if pid != leader.pid], lock.PATIENCE)


def test_a_programs_output_ends_with_its_leader(tmp_path: Path) -> None:
    """Whoever reads what a killed run printed comes to an end: the guard does not keep it open."""
    with at_work(tmp_path, "wait") as (leader, _):
        leader.kill()
        assert leader.communicate(timeout=10)[0] == b""


def test_what_went_on_beside_the_leader_stays(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as other:
        with at_work(tmp_path, "run") as (leader, pids):
            leader.kill()
            assert all_end(pids, 10)
        assert other.poll() is None
        other.kill()


def guard_of(shell: Shell) -> int:
    """The process id of the shell's guard: the newest child of this process that is called so."""
    found = shell.read(shell["pgrep"]["-n", "-P", str(os.getpid()), "-f", str(GUARD)])
    return int(found)


def test_a_guard_that_somebody_killed_stops_nothing() -> None:
    shell = Shell()
    os.kill(guard_of(shell), signal.SIGKILL)
    assert shell.read(shell["echo"]["still"]) == "still"


def test_a_guard_ends_with_its_shell() -> None:
    shell = Shell()
    guard = guard_of(shell)
    assert not ended(guard)
    del shell
    assert all_end([guard], 5)
