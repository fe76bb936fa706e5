"""One run at a time: a lock on a folder that names its holder and that a kill cannot leave behind."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from releasing.errors import LockedError
from releasing.shell.clock import now, operator
from releasing.shell.files import make_folder, open_private

PATIENCE = 15.0  # seconds for the last commands of a killed run to end


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Hold the lock file `path`; returns its descriptor, which commands inherit. Raises LockedError.

    The kernel releases it with the last process that has the descriptor, so after a kill the next run only
    waits for commands that are still at work.
    """
    make_folder(path.parent, private=True)
    descriptor = open_private(path, os.O_RDWR)
    try:
        _take(descriptor, path)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {operator()} {now()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, who, since = [*path.read_text(encoding="utf-8").split(), "?", "?", "?"][:3]
            if lives(pid) or time.monotonic() > deadline:
                raise LockedError(
                    f"another run is at work: process {pid} of {who}, since {since}",
                    "wait for it to end, then repeat the same command, which finishes the rest",
                ) from None
            time.sleep(0.05)
        else:
            return


def lives(pid: str) -> bool:
    """Whether the process `pid` exists."""
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
