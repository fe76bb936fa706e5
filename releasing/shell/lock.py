"""One run at a time: a lock on a folder that names its holder and that a kill cannot leave behind."""

from __future__ import annotations

import fcntl
import os
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from releasing.errors import LockedError
from releasing.shell.clock import now, operator
from releasing.shell.files import make_folder, open_private, writing

PATIENCE = 15.0  # seconds for the last commands of a killed run to end
LONGEST_TEXT = 1000  # bytes of a lock file, or of a command line, that are read
PROCESSES = Path("/proc")


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Hold the lock file `path`; returns its descriptor, which commands inherit. Raises LockedError.

    The kernel releases it with the last process that has the descriptor, so after a kill the next run only
    waits for commands that are still at work. After an orderly end none of them matters: what a program left in
    the background, such as git's maintenance, keeps nobody waiting.
    """
    with writing(path):
        make_folder(path.parent, private=True)
        descriptor = open_private(path, os.O_RDWR)
    try:
        _take(descriptor, path)
        try:
            with writing(path):
                os.truncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()} {operator()} {now()}\n".encode(), 0)
            yield descriptor
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, who, since = [*_beginning(path).split(), "?", "?", "?"][:3]
            holding = holders(path)
            if not _waits_for_remains(pid, who, holding) or time.monotonic() > deadline:
                raise LockedError(
                    f"another run is at work: {_described(pid, who, holding)}, since {since}",
                    "wait for it to end, then repeat the same command, which finishes the rest",
                ) from None
            time.sleep(0.1)
        else:
            return


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(LONGEST_TEXT).decode(errors="replace")


def _waits_for_remains(pid: str, who: str, holding: dict[str, str]) -> bool:
    """Whether the run that took the lock is gone, and only the commands that it left behind hold it.

    Its number alone does not tell: another process may have got it since, and on another machine it means nothing.
    """
    if holding:
        return pid not in holding
    return who == operator() and not lives(pid)


def _described(pid: str, who: str, holding: dict[str, str]) -> str:
    if not holding or pid in holding:
        return f"process {pid} of {who}"
    left = "; ".join(f"process {one} ({line})" for one, line in holding.items())
    return f"{left}, left behind by process {pid} of {who}, which has ended"


def holders(path: Path) -> dict[str, str]:
    """The command lines, by process id, of the processes that hold the lock `path`, as far as this machine tells.

    Who only waits for it has the file open as well; the kernel tells a lock beside the descriptor that has it.
    """
    status = path.stat()
    found = {}
    for folder in PROCESSES.glob("[0-9]*"):
        # Processes end meanwhile, and those of others are not to be looked into.
        with suppress(OSError):
            if any(_locks(folder, file, status) for file in (folder / "fd").iterdir()):
                found[folder.name] = _command_line(folder / "cmdline")
    return found


def _locks(folder: Path, file: Path, status: os.stat_result) -> bool:
    with suppress(OSError):
        return os.path.samestat(file.stat(), status) and "FLOCK" in (folder / "fdinfo" / file.name).read_text(
            encoding="utf-8"
        )
    return False


def _command_line(path: Path) -> str:
    words = [word for word in _beginning(path).split("\0") if word]
    line = shlex.join(words)[:200]
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def lives(pid: str) -> bool:
    """Whether the process `pid` exists."""
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
