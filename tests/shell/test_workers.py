"""Threads that ask: an interrupt does not wait for the answers."""

from __future__ import annotations

import time

import pytest

from releasing.shell.programs import Shell
from releasing.shell.workers import workers


def interrupted(shell: Shell) -> None:
    """Ctrl-C while a thread waits for a program of `shell`."""
    with workers(2) as pool:
        pool.submit(shell.read, shell["sleep"]["300"])
        while not shell._at_work.living:
            time.sleep(0.01)
        raise KeyboardInterrupt


def test_an_interrupt_ends_the_programs_that_threads_wait_for_and_no_other_shells() -> None:
    asked, idle = Shell(), Shell()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted(asked)
    assert time.monotonic() - began < 60
    with pytest.raises(KeyboardInterrupt):
        asked.read(asked["true"])
    assert idle.read(idle["echo"]["cleaned up"]) == "cleaned up"
