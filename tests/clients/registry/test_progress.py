"""What an operator sees of a bulk operation."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.registry.progress import Progress
from tests.support.faulty_registry import Faulty, faulty_registry, listing, pushed
from tests.support.paths import SCRIPTS
from tests.support.terminal import Shown, on_terminal

PROGRAM = SCRIPTS / "apply_image_tags.py"
TAG = "v0.2.1"
FULL = f"[{'#' * 30}]"


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def screen(stream: Terminal) -> list[str]:
    """What stands there once the terminal has turned the ends of lines into its own."""
    return Shown(0, stream.getvalue().replace("\n", "\r\n"), "").screen


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


def test_a_line_stands_above_the_bar_and_leaves_it_there() -> None:
    stream = Terminal()
    progress = Progress(stream)
    step = progress.phase("writing", 2)
    step()
    progress.line("waiting 5 s")
    assert screen(stream) == ["waiting 5 s", f"writing [{'#' * 15}{'.' * 15}] 1/2"]
    step()
    progress.line("done")
    assert screen(stream) == ["waiting 5 s", f"writing {FULL} 2/2", "done", ""]


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_registry(tmp_path / "registry") as faulty:
        yield faulty


@pytest.fixture
def file(faulty: Faulty, tmp_path: Path) -> Path:
    file = tmp_path / "image_tags.yaml"
    file.write_bytes(listing(pushed(faulty.url, "a", "b", "c"), TAG))
    return file


def applied(faulty: Faulty, file: Path, *words: str, columns: int = 80, everything: bool = False) -> Shown:
    command = [sys.executable, str(PROGRAM), "--images-file", str(file), "--pattern", f".*:{TAG}", *words]
    environment = {**faulty.environment, "TERM": "xterm"}
    return on_terminal(command, environment, columns=columns, everything=everything)


BARS = [
    f"{what} {FULL} 3/3" for what in ("reading tags", "reading manifests", "writing tags", "reading back")
]


def test_on_a_real_terminal_each_bar_grows_on_one_line_and_ends_it(faulty: Faulty, file: Path) -> None:
    shown = applied(faulty, file, everything=True)
    assert shown.code == 0
    for done in range(4):
        assert f"writing tags [{'#' * 10 * done}{'.' * (30 - 10 * done)}] {done}/3" in shown.sent
    assert shown.screen[:4] == BARS
    assert [line.split(" ")[0] for line in shown.screen[4:]] == ["applied"] * 3 + ["3", ""]


def test_json_goes_to_the_output_alone(faulty: Faulty, file: Path) -> None:
    shown = applied(faulty, file, "--json")
    assert len(json.loads(shown.out)["applied"]) == 3
    assert shown.screen == [*BARS, ""]


def test_after_a_failure_the_message_begins_a_line_below_the_bars(faulty: Faulty, file: Path) -> None:
    async def no_b(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=400) if request.method == "PUT" and "/b/" in request.path else None

    faulty.fault = no_b
    shown = applied(faulty, file, "--json")
    assert shown.code == 5
    assert len(json.loads(shown.out)["failed"]) == 1
    assert shown.screen[:3] == BARS[:3]
    assert shown.screen[3] == f"reading back {FULL} 2/2"
    assert shown.screen[4] == "apply_image_tags.py: 1 of 3 tags could not be written"
    assert shown.screen[-1] == ""


def test_a_narrow_terminal_has_a_shorter_bar_or_none(faulty: Faulty, file: Path) -> None:
    shown = applied(faulty, file, columns=30)
    assert shown.screen[:2] == ["reading tags [##########] 3/3", "reading manifests [#####] 3/3"]
    assert applied(faulty, file, columns=15).screen[0] == "reading tags 3/3"


def test_a_terminal_that_knows_no_codes_gets_plain_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    Progress(stream).phase("reading", 2)()
    assert stream.getvalue() == "reading: 2\n"
