"""The program, in real checkouts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent.parent / "scripts" / "update_references.py"
SPAWNER = 'x = """\r\n<option value="{0}/{1}/notebook-cpu:v1">\r\n"""\r\ny = "gcr.io/p/notebook-cpu:v0"'
WANTED = SPAWNER.replace("cpu:v0", "cpu:v0.2.1").replace("cpu:v1", "cpu:v0.2.1").encode()
IMAGE = r"(gcr\.io/p|\{0\}/\{1\})/notebook-(cpu|gpu):v0.2.1"


def git(checkout: Path, *words: str, stdin: bytes | None = None) -> None:
    subprocess.run(["git", "-C", checkout, *words], check=True, input=stdin, capture_output=True)


def update(checkout: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, PROGRAM, checkout, *words], capture_output=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "core").mkdir()
    spawner = tmp_path / "core" / "spawner.py"
    spawner.write_bytes(SPAWNER.encode())
    spawner.chmod(0o755)
    (tmp_path / "link.py").symlink_to("core/spawner.py")
    (tmp_path / "untracked.py").write_text("gcr.io/p/notebook-cpu:v0")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "core", "link.py")
    return tmp_path


def test_without_write_it_prints_a_diff_that_git_applies_and_changes_nothing(checkout: Path) -> None:
    printed = update(checkout, "--image", IMAGE)
    assert (checkout / "core/spawner.py").read_bytes() == SPAWNER.encode()
    assert b"Would change: 2 in 1 files" in printed.stderr
    git(checkout, "apply", stdin=printed.stdout)
    assert (checkout / "core/spawner.py").read_bytes() == WANTED


def test_writing_keeps_every_other_byte_the_mode_and_the_link(checkout: Path) -> None:
    assert update(checkout, "--image", IMAGE, "--write").returncode == 0
    assert (checkout / "core/spawner.py").read_bytes() == WANTED
    assert os.access(checkout / "core/spawner.py", os.X_OK)
    assert (checkout / "link.py").is_symlink()
    assert (checkout / "untracked.py").read_text() == "gcr.io/p/notebook-cpu:v0"
    assert sorted(path.name for path in (checkout / "core").iterdir()) == ["spawner.py"]


def test_writing_twice_changes_nothing_the_second_time(checkout: Path) -> None:
    update(checkout, "--image", IMAGE, "--write")
    written = (checkout / "core/spawner.py").stat()
    assert (
        b"Changed: 0 in 0 files; already as asked: 2" in update(checkout, "--image", IMAGE, "--write").stdout
    )
    assert (checkout / "core/spawner.py").stat().st_ino == written.st_ino


def test_json_says_what_changed(checkout: Path) -> None:
    report = json.loads(update(checkout, "--image", IMAGE, "--json").stdout)
    assert report["written"] is False
    assert report["changed"][1] == {
        "path": "core/spawner.py",
        "line": 4,
        "before": "gcr.io/p/notebook-cpu:v0",
        "after": "gcr.io/p/notebook-cpu:v0.2.1",
    }


def test_every_problem_of_the_command_line_is_named_at_once(checkout: Path) -> None:
    words = (
        "--image",
        "x:not/a/tag",
        "--image",
        "(:v1",
        "--pin",
        "f",
        "no group",
        "v",
        "--parameter",
        "*",
        "a b",
        "v",
    )
    refused = update(checkout, *words)
    assert refused.returncode == 2
    said = refused.stderr.decode()
    assert "Traceback" not in said
    assert all(text in said for text in ("'not/a/tag' is no image tag", "'('", "0 groups", "parameter 'a b'"))


def test_a_missing_pin_stops_everything(checkout: Path) -> None:
    refused = update(checkout, "--image", IMAGE, "--pin", "gone.py", "v(.)", "2", "--write")
    assert (refused.returncode, b"pin gone.py: v(.)" in refused.stderr) == (4, True)
    assert (checkout / "core/spawner.py").read_bytes() == SPAWNER.encode()


def test_an_edit_that_would_break_a_file_writes_nothing(checkout: Path) -> None:
    refused = update(checkout, "--image", IMAGE, "--pin", "core/spawner.py", "^y = (.)", "(", "--write")
    assert refused.returncode == 4
    assert b"core/spawner.py:4: not Python 3" in refused.stderr
    assert (checkout / "core/spawner.py").read_bytes() == SPAWNER.encode()
