"""How far a bulk operation is: a bar on a terminal, one line per phase elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

WIDTH = 30


class Progress:
    """Shows phases on `stream`, standard error unless given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()

    def phase(self, what: str, total: int) -> Callable[[], None]:
        """Begin a phase of `total` parts, silently if none; the result is to be called after each part."""
        done = 0
        if total and not self._terminal:
            self.line(f"{what}: {total}")

        def step() -> None:
            nonlocal done
            done += 1
            if self._terminal:
                self._draw(what, done, total)

        return step

    def line(self, text: str) -> None:
        """Show a line, above the bar if there is one."""
        self._stream.write(f"\r\x1b[K{text}\n" if self._terminal else f"{text}\n")
        self._stream.flush()

    def _draw(self, what: str, done: int, total: int) -> None:
        filled = WIDTH * done // total
        end = "\n" if done == total else ""
        self._stream.write(f"\r\x1b[K{what} [{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}{end}")
        self._stream.flush()
