"""The process of a sandbox's servers: begun early, so that it loads beside whoever needs it, and told the sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from releasing.errors import UnreachableError
from releasing.rehearsal.own_environment import plain_git

if TYPE_CHECKING:
    from releasing.rehearsal.folders import Place

LONGEST = 100_000  # bytes of an error
ROOT = Path(__file__).resolve().parent.parent.parent


class ServerProcess:
    """Servers that wait for the folder of their sandbox; they end with this process, or with end()."""

    begun: ClassVar[ServerProcess | None] = None

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "releasing.rehearsal.servers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # the sandbox's log, once that is known
            cwd=ROOT,
            env=plain_git(),
            start_new_session=True,
        )

    @classmethod
    def begin(cls) -> None:
        """Begin one; the next sandbox that is served takes it."""
        cls.begun = cls.begun or cls()

    @classmethod
    def taken(cls) -> ServerProcess:
        """The one that was begun, or another."""
        process, cls.begun = cls.begun or cls(), None
        return process

    def answer(self, place: Place) -> None:
        """Serve the sandbox; return when all servers answer. Raises UnreachableError."""
        said = self._told(f"{json.dumps(str(place.folder))}\n".encode())
        if said != b"ready\n":
            log = place.folder / "servers.log"
            with log.open("ab") as file:
                file.write(said)
            raise UnreachableError("the sandbox's servers did not start", f"look at {log}")

    def _told(self, line: bytes) -> bytes:
        """What the servers answer to `line`: that they are ready, or the error with which they ended."""
        if self.process.stdin is None or self.process.stdout is None:
            return b""
        with suppress(BrokenPipeError):
            self.process.stdin.write(line)
            self.process.stdin.flush()
        said = self.process.stdout.readline()
        return said if said == b"ready\n" else said + self.process.stdout.read(LONGEST)

    def end(self) -> None:
        """End the servers, and wait until they have."""
        if self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        if self.process.stdout:
            # Before the wait: servers that still write an error would wait for a reader.
            self.process.stdout.close()
        self.process.wait()


@contextmanager
def serving(place: Place) -> Iterator[None]:
    """Servers for the sandbox."""
    process = ServerProcess.taken()
    try:
        process.answer(place)
        yield
    finally:
        process.end()
