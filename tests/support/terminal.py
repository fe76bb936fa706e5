"""A real terminal for a program under test, and what stands on its screen in the end."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PART = re.compile(r"\x1b\[K|\r|\n|[^\x1b\r\n]+|\x1b")


@dataclass(frozen=True)
class Shown:
    """How a program ended: its code, what it sent to the terminal, and what it wrote elsewhere."""

    code: int
    sent: str
    out: str

    @property
    def screen(self) -> list[str]:
        """The lines that are left to see; the last is the one where a shell would go on."""
        lines, column = [""], 0
        for part in PART.findall(self.sent):
            if part == "\n":
                lines.append("")
            elif part == "\r":
                column = 0
            elif part == "\x1b[K":
                lines[-1] = lines[-1][:column]
            else:
                assert part != "\x1b", "a terminal's code that this one does not know"
                lines[-1] = lines[-1][:column].ljust(column) + part + lines[-1][column + len(part) :]
                column += len(part)
        return lines


def on_terminal(
    command: Sequence[str], environment: Mapping[str, str], *, columns: int = 80, everything: bool = False
) -> Shown:
    """Run a program with its errors on a terminal, and its output, too, if `everything`."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    out = theirs if everything else subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=out, stderr=theirs) as program:
        os.close(theirs)
        sent = b""
        while part := _read(ours):
            sent += part
        written = program.stdout.read() if program.stdout else b""
    os.close(ours)
    return Shown(program.returncode, sent.decode(), written.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody has the other end open any longer
        return b""
