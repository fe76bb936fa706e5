"""What an operator sees of a bulk operation."""

from __future__ import annotations

import io

from releasing.registry.progress import Progress


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_elsewhere_each_phase_is_one_plain_line() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    for step in (progress.phase("reading", 2), progress.phase("nothing", 0)):
        step()
    progress.line("waiting")
    assert stream.getvalue() == "reading: 2\nwaiting\n"


def test_on_a_terminal_a_bar_grows_to_its_end() -> None:
    stream = Terminal()
    step = Progress(stream).phase("writing", 2)
    step()
    assert stream.getvalue().endswith(f"writing [{'#' * 15}{'.' * 15}] 1/2")
    step()
    assert stream.getvalue().endswith(f"writing [{'#' * 30}] 2/2\n")
