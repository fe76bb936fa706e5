"""One run at a time, with real processes that hold, die and leave children."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from releasing.errors import LockedError
from releasing.shell import lock
from releasing.shell.clock import operator
from releasing.shell.lock import held, holders, lives
from tests.support.paths import ROOT

HOLDER = """
import sys
from pathlib import Path
from releasing.shell.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
# The holder is killed while a command of its own still works; that command ends when its input does.
PARENT = """
import os, subprocess, sys
from pathlib import Path
from releasing.shell.lock import held
with held(Path(sys.argv[1])) as lock:
    subprocess.Popen(["cat"], pass_fds=[lock], start_new_session=True, stdout=subprocess.DEVNULL)
    print("held", flush=True)
    os.kill(os.getpid(), 9)
"""


@contextmanager
def process(code: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, once it says that it holds the lock; its input ends with the block."""
    command = [sys.executable, "-c", code, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "held\n"
        yield started


def test_a_second_run_is_refused_with_the_process_that_holds_it(tmp_path: Path) -> None:
    with process(HOLDER, tmp_path / "lock") as holder:
        told = rf"process {holder.pid} of \S+@\S+, since 20"
        with pytest.raises(LockedError, match=told) as caught, held(tmp_path / "lock"):
            pass
        assert (
            caught.value.hint == "wait for it to end, then repeat the same command, which finishes the rest"
        )
    with held(tmp_path / "lock"):
        assert (tmp_path / "lock").read_text().startswith(f"{os.getpid()} ")


def test_a_second_run_in_the_same_process_is_refused(tmp_path: Path) -> None:
    with (
        held(tmp_path / "lock"),
        pytest.raises(LockedError, match=f"process {os.getpid()}"),
        held(tmp_path / "lock"),
    ):
        pass


def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(tmp_path / "a" / "lock"):
        _ = 1 / 0
    with held(tmp_path / "a" / "lock"):
        pass


def test_a_killed_run_leaves_nothing_to_clean_up(tmp_path: Path) -> None:
    with process(HOLDER, tmp_path / "lock") as holder:
        holder.kill()
        holder.wait()
        with held(tmp_path / "lock"):
            pass


def test_the_next_run_waits_for_the_last_command_of_a_killed_one(tmp_path: Path) -> None:
    def take() -> str:
        with held(tmp_path / "lock"):
            return "taken"

    with ThreadPoolExecutor(1) as pool, process(PARENT, tmp_path / "lock") as parent:
        assert parent.wait(30) == -9
        taking = pool.submit(take)
        with pytest.raises(TimeoutError):
            taking.result(0.2)
        assert parent.stdin is not None
        parent.stdin.close()
        assert taking.result(30) == "taken"


def test_who_holds_the_lock_is_named_when_the_run_that_took_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.3)
    with process(PARENT, tmp_path / "lock") as parent:
        assert parent.wait(30) == -9
        (child,) = holders(tmp_path / "lock")
        told = (
            rf"process {child} \(cat\), left behind by process {parent.pid} of \S+, which has ended, since 20"
        )
        with pytest.raises(LockedError, match=told), held(tmp_path / "lock"):
            pass


def test_a_number_that_another_process_got_since_is_not_the_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.3)
    with process(PARENT, tmp_path / "lock") as parent:
        parent.wait(30)
        (tmp_path / "lock").write_text(f"1 {operator()} 2026-01-01T00:00:00Z\n")
        with (
            pytest.raises(LockedError, match=r"\(cat\), left behind by process 1 of"),
            held(tmp_path / "lock"),
        ):
            pass


def test_who_waits_for_the_lock_does_not_hold_it(tmp_path: Path) -> None:
    with process(HOLDER, tmp_path / "lock") as holder, (tmp_path / "lock").open():
        assert [*holders(tmp_path / "lock")] == [str(holder.pid)]


def test_where_the_kernel_does_not_tell_the_recorded_process_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PROCESSES", tmp_path / "none")
    with process(HOLDER, tmp_path / "lock") as holder:
        with pytest.raises(LockedError, match=f"process {holder.pid} of"), held(tmp_path / "lock"):
            pass
        (tmp_path / "lock").write_text("4194304000 eve@elsewhere 2026-01-01T00:00:00Z\n")
        with pytest.raises(LockedError, match="process 4194304000 of eve@elsewhere"), held(tmp_path / "lock"):
            pass


def test_a_program_left_in_the_background_after_an_orderly_end_keeps_nobody_waiting(tmp_path: Path) -> None:
    with held(tmp_path / "lock") as descriptor:
        left = subprocess.Popen(["sleep", "300"], pass_fds=[descriptor])
    with held(tmp_path / "lock"):
        pass
    left.kill()
    left.wait()


def test_a_lock_file_of_any_size_and_form_is_read(tmp_path: Path) -> None:
    with process(HOLDER, tmp_path / "lock"):
        (tmp_path / "lock").write_bytes(b"\xff" * 5_000_000)
        with pytest.raises(LockedError) as caught, held(tmp_path / "lock"):
            pass
        assert len(str(caught.value)) < 3000


def test_a_process_lives_or_not() -> None:
    assert lives(str(os.getpid()))
    assert lives("1")
    assert not lives("?")
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert not lives(str(ended.pid))
