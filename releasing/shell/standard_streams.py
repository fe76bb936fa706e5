"""Standard input, output and errors: there even when whoever started this process closed them, or goes away."""

from __future__ import annotations

import errno
import os
import sys

from releasing.errors import MachineError
from releasing.shell.text.plain_text import plain

# The reader went away or never was: nobody misses the output. Anything else, such as a full disk, loses it.
GONE = {errno.EPIPE, errno.EIO, errno.EBADF, errno.ENXIO}


def ensure() -> None:
    """Have all three open: a file that took the number of a closed one would get what is printed."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


class Printer:
    """Prints whole lines at once, also beside other threads; an output that fails does not stop a release."""

    def __init__(self) -> None:
        self.lost = ""

    def __call__(self, line: str) -> None:
        """Print `line`."""
        try:
            sys.stdout.write(f"{plain(line)}\n")
            sys.stdout.flush()
        except OSError as error:
            # What is still in the buffer goes nowhere as well, so that nothing fails at the end.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
            if error.errno not in GONE:
                self.lost = error.strerror or str(error)

    def require(self) -> None:
        """Raise MachineError when lines were lost that somebody may be waiting for."""
        if self.lost:
            raise MachineError(
                f"standard output: cannot be written: {self.lost}; what was to be done is done",
                "the same command again shows it",
            )
