"""Programs that are at work, each ended together with all programs that it started."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from typing import Any, ClassVar
from weakref import WeakSet

GRACE = 5.0  # seconds between interrupt, terminate and kill


class AtWork:
    """The programs of a shell, and of its copies, that run now; and whether others may start."""

    everywhere: ClassVar[WeakSet[AtWork]] = WeakSet()

    def __init__(self) -> None:
        self.living: set[Any] = set()
        self.stopped = threading.Event()
        self.everywhere.add(self)

    def stop(self) -> None:
        """End all, and start no others."""
        self.stopped.set()
        for process in list(self.living):
            end(process)


def stop_all() -> None:
    """Stop every shell of this process that has a program at work; the others may still clean up."""
    for each in list(AtWork.everywhere):
        if each.living:
            each.stop()


def end(process: Any) -> None:
    """Interrupt, terminate, then kill the whole group of `process`, waiting between."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        if _ended(process):
            return


def _ended(process: Any) -> bool:
    """Whether `process` and its whole group end within the grace period."""
    deadline = time.monotonic() + GRACE
    while process.poll() is None or _has_members(process.pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _has_members(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
