"""Programs end with the process that started them, however that one ends: `kill -9` leaves nobody behind at work.

A guard (guard.sh) holds the reading end of a pipe. Its leader tells it of every group of processes that
begins and ends. When the pipe closes, the leader is gone, and the guard ends the groups that are left.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

# A program of sh: Python would take longer to start than many a command.
GUARD = Path(__file__).with_name("guard.sh")


class Leash:
    """The guard of the programs of one shell, started with the first of them.

    `start` starts the guard from its words; what it returns has `stdin`, a pipe that nobody else inherits.
    """

    def __init__(self, start: Callable[[list[str]], Any]) -> None:
        self._start = start
        self._starting = threading.Lock()
        self._pipe: int | None = None

    def ready(self) -> None:
        """Have a guard: it stands before the program does, because a kill can come at any moment."""
        with self._starting:
            if self._pipe is None:
                guard = self._start(["/bin/sh", str(GUARD)])
                os.set_blocking(guard.stdin.fileno(), False)
                self._pipe = guard.stdin.fileno()
                weakref.finalize(self, _let_go, guard)

    def take(self, group: int) -> None:
        """Let the processes of `group` end with this process."""
        self._tell(f"+ {group}\n")

    def drop(self, group: int) -> None:
        """Forget `group`, which has ended."""
        self._tell(f"- {group}\n")

    def _tell(self, line: str) -> None:
        # A guard that somebody killed or stopped does not stop a release.
        with suppress(OSError):
            if self._pipe is not None:
                os.write(self._pipe, line.encode())


def _let_go(guard: Any) -> None:
    with suppress(OSError):
        guard.stdin.close()
    guard.wait()
