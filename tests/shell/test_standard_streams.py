"""Programs whose output, errors or input somebody closed, filled or left."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

BODY = """
import os, sys
from releasing.shell import standard_streams
standard_streams.ensure()
printer = standard_streams.Printer()
with open(sys.argv[1], "w") as file:
    printer("first")
    printer("second")
    file.write("kept")
    if printer.lost:
        file.write(f" but {printer.lost}")
try:
    printer.require()
except Exception as error:
    print(error, file=sys.stderr)
    sys.exit(error.code)
"""


def shell(redirection: str, file: str) -> subprocess.CompletedProcess[str]:
    words = ["sh", "-c", f'exec "$0" -c "$1" "$2" {redirection}', sys.executable, BODY, file]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "<&- >&-"])
def test_a_closed_stream_takes_nothing_with_it(redirection: str, tmp_path: object) -> None:
    """Above all, a file that is opened afterwards does not get what is printed."""
    file = f"{tmp_path}/file"
    run = shell(redirection, file)
    assert (run.returncode, "Traceback" in run.stderr) == (0, False)
    with open(file) as written:  # noqa: PTH123
        assert written.read() == "kept"
    assert run.stdout == ("" if ">&-" in redirection.replace("2>&-", "") else "first\nsecond\n")


def test_a_full_disk_behind_the_output_is_told_once_and_at_the_end(tmp_path: object) -> None:
    run = shell(">/dev/full", f"{tmp_path}/file")
    assert run.returncode == 1
    assert run.stderr.startswith("standard output: cannot be written: No space left on device")
    assert "Traceback" not in run.stderr
    assert "Exception ignored" not in run.stderr


def test_a_reader_that_has_gone_is_not_missed(tmp_path: object) -> None:
    run = shell("| true", f"{tmp_path}/file")
    assert (run.returncode, run.stderr) == (0, "")
