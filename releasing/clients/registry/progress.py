"""The progress of a bulk operation: a bar on a terminal, one line per phase elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

from releasing.shell.text.plain_text import PlainStream, plain

WIDTH = 30
NARROWEST = 5  # a shorter bar tells nothing


class Progress:
    """Shows phases on `stream`, standard error unless given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        printed: Any = stream or sys.stderr
        # The bar is drawn with the controls that others may not use.
        self._stream: TextIO = printed.own if isinstance(printed, PlainStream) else printed
        self._terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._bar = ""

    def phase(self, what: str, total: int) -> Callable[[], None]:
        """Begin a phase of `total` parts, silently for 0; call the result after each part."""
        done = 0

        def step() -> None:
            nonlocal done
            done += 1
            if self._terminal:
                self._draw(what, done, total)

        if total and self._terminal:
            self._draw(what, done, total)
        elif total:
            self.line(f"{what}: {total}")
        return step

    def line(self, text: str) -> None:
        """Show a line, above the bar if there is one."""
        text = plain(text)
        self._stream.write(f"\r\x1b[K{text}\n{self._bar}" if self._terminal else f"{text}\n")
        self._stream.flush()

    def _draw(self, what: str, done: int, total: int) -> None:
        # One column stays free: a character in the last one makes some terminals begin a line.
        width = min(WIDTH, self._columns() - len(f"{what} [] {total}/{total}") - 1)
        filled = width * done // total
        bar = f"[{'#' * filled}{'.' * (width - filled)}] " if width >= NARROWEST else ""
        self._bar = f"{what} {bar}{done}/{total}"
        self._stream.write(f"\r\x1b[K{self._bar}")
        if done == total:
            self._bar = ""
            self._stream.write("\n")
        self._stream.flush()

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except OSError:
            return 80
