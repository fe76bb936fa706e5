"""update_image_tags.py killed by SIGKILL before each thing that it does beside its file: old or new, never half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from releasing.image_tags import load
from tests.support.paths import DATA, SCRIPTS

pytestmark = pytest.mark.interpreter

PROGRAM = SCRIPTS / "update_image_tags.py"
REAL = DATA / "image_tags" / "a17d1955e802bd5b1e78547fff138c8de18e6da4.yaml"
# Python reports what it is about to do: opening, making, changing the mode of and renaming files among it.
KILLED = """\
import os, runpy, signal, sys
number, folder, program = int(sys.argv[1]), sys.argv[2], sys.argv[3]
seen = 0
def watch(event, arguments):
    global seen
    if any(folder in os.fsdecode(each) for each in arguments if isinstance(each, (str, bytes))):
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
sys.argv[:] = sys.argv[3:]
sys.path.insert(0, os.path.dirname(program))
sys.addaudithook(watch)
runpy.run_path(program, run_name="__main__")
"""
TAG = ("tag", "--pattern", ".*/tensorflow-.*:v20180707-5a11c84d", "--tag", "v0.2.2")


def killed_before(number: int, folder: Path, *words: str) -> int:
    command = [sys.executable, "-c", KILLED, str(number), f"{folder}/", str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize("action", [TAG, ("sort",)], ids=lambda words: words[0])
def test_a_kill_leaves_the_old_file_or_the_new_one(tmp_path: Path, action: tuple[str, ...]) -> None:
    file, whole = tmp_path / "a" / "image_tags.yaml", tmp_path / "b" / "image_tags.yaml"
    for each in (file, whole):
        each.parent.mkdir()
        each.write_bytes(REAL.read_bytes())
    assert killed_before(0, tmp_path / "b", str(whole), *action) == 0
    old, new = REAL.read_bytes(), whole.read_bytes()
    assert old != new
    kills = 0
    while killed_before(kills + 1, file.parent, str(file), *action) == -9:
        kills += 1
        assert file.read_bytes() == old
        assert kills < 100
    # It reads the file, makes another one, writes and names it: a kill came between any two of these.
    assert kills >= 4
    assert file.read_bytes() == new
    assert load(file)
