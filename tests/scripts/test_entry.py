"""The programs in scripts/ as a person starts them: by path, from anywhere, with any Python."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from releasing.errors import ConfigError
from tests.support.paths import SCRIPTS

PROGRAMS = sorted(
    path for path in SCRIPTS.iterdir() if path.is_file() and b"import program" in path.read_bytes()
)
BODY = """\
import os
import signal
from entry import program
from releasing.errors import UnmetError
def main():
    {body}
program(main)
"""


def ran(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    # The project's own Python comes first in PATH, as in an activated environment.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONUNBUFFERED": ""}
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def written(folder: Path, body: str) -> Path:
    """A program beside a link to entry.py."""
    (folder / "entry.py").symlink_to(SCRIPTS / "entry.py")
    path = folder / "program.py"
    path.write_text(BODY.format(body=body))
    return path


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_help_tells_what_the_program_does(program: Path, tmp_path: Path) -> None:
    shown = ran(program, "--help", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"usage: {program.name} ")
    first = program.read_text().split('"""')[1].splitlines()[0]
    assert " ".join(first.split()[:6]) in " ".join(shown.stdout.split())


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_an_option_that_does_not_exist_is_a_mistake_of_usage(program: Path) -> None:
    wrong = ran(program, "--no-such-option")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_there_are_programs_to_look_at() -> None:
    assert len(PROGRAMS) > 8


def test_an_error_is_a_message_a_hint_and_a_code(tmp_path: Path) -> None:
    shown = ran(sys.executable, written(tmp_path, 'raise UnmetError("it is not so", "look again")'))
    assert shown.stderr == "program.py: it is not so\n  hint: look again\n"
    assert (shown.returncode, shown.stdout) == (5, "")


def test_what_was_printed_before_an_error_is_not_lost(tmp_path: Path) -> None:
    body = 'print("said", end=""); raise UnmetError("it is not so")'
    shown = ran(sys.executable, written(tmp_path, body))
    assert (shown.stdout, shown.stderr) == ("said", "program.py: it is not so\n")


@pytest.mark.parametrize(("body", "code"), [("return None", 0), ("return 4", 4)])
def test_the_exit_code_is_what_main_says(tmp_path: Path, body: str, code: int) -> None:
    shown = ran(sys.executable, written(tmp_path, body))
    assert (shown.returncode, shown.stdout, shown.stderr) == (code, "", "")


def test_ctrl_c_ends_a_program_in_silence(tmp_path: Path) -> None:
    shown = ran(sys.executable, written(tmp_path, "os.kill(os.getpid(), signal.SIGINT)"))
    assert (-shown.returncode, shown.stdout, shown.stderr) == (signal.SIGINT, "", "")


def test_a_reader_that_stops_reading_is_no_traceback(tmp_path: Path) -> None:
    path = written(tmp_path, "[print('x' * 1000, flush=True) for _ in range(10_000)]")
    shown = ran("sh", "-c", '{ "$@"; echo "code $?" >&2; } | head -n 1', "sh", sys.executable, path)
    assert shown.stderr == "code 1\n"


def test_a_mistake_of_ours_is_a_traceback(tmp_path: Path) -> None:
    shown = ran(sys.executable, written(tmp_path, "raise ValueError('ours')"))
    assert "Traceback" in shown.stderr
    assert shown.returncode == 1


def test_a_program_that_reads_a_missing_file_says_so(tmp_path: Path) -> None:
    words = [
        "record_image_digests.py",
        "doc.md",
        "--release",
        "v0.2.1-rc.0",
        "--image-tag",
        "v0.2.1",
        "gcr.io/p/a",
    ]
    shown = ran(SCRIPTS / words[0], *words[1:], cwd=tmp_path)
    assert (shown.returncode, shown.stderr.splitlines()[0]) == (
        ConfigError.code,
        "record_image_digests.py: doc.md: no such file",
    )


def test_what_strangers_wrote_is_printed_as_plain_text(tmp_path: Path) -> None:
    body = (
        "import sys; print('a\\x1b[2J'); print('b\\x9b', file=sys.stderr); raise UnmetError('c\\x07\\udcff')"
    )
    shown = ran(sys.executable, written(tmp_path, body))
    assert shown.stdout == "a\\u001b[2J\n"
    assert shown.stderr == "b\\u009b\nprogram.py: c\\u0007\\udcff\n"
