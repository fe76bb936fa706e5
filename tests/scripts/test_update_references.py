"""The program, in real checkouts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.paths import SCRIPTS

pytestmark = pytest.mark.interpreter

PROGRAM = SCRIPTS / "update_references.py"
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
        b"Changed: 0 in 0 files; already correct: 2" in update(checkout, "--image", IMAGE, "--write").stdout
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
    assert all(
        text in said for text in ("'not/a/tag' is not an image tag", "'('", "0 groups", "parameter 'a b'")
    )


def test_a_missing_pin_stops_everything(checkout: Path) -> None:
    refused = update(checkout, "--image", IMAGE, "--pin", "gone.py", "v(.)", "2", "--write")
    assert (refused.returncode, b"pin gone.py: v(.)" in refused.stderr) == (4, True)
    assert (checkout / "core/spawner.py").read_bytes() == SPAWNER.encode()


def test_an_edit_that_would_break_a_file_writes_nothing(checkout: Path) -> None:
    refused = update(checkout, "--image", IMAGE, "--pin", "core/spawner.py", "^y = (.)", "(", "--write")
    assert refused.returncode == 4
    assert b"core/spawner.py:4: not Python 3" in refused.stderr
    assert (checkout / "core/spawner.py").read_bytes() == SPAWNER.encode()


REFERENCE = b"gcr.io/p/notebook-cpu:v0"
CONTENTS = {
    "crlf": b"a\r\nx: REF\r\n\r\n",
    "cr": b"a\rx: REF\ry: REF\r",
    "mixed": b"a\r\nREF\nREF\r\n\r",
    "latin-1": "é ".encode("latin-1") + b"REF" + "ß\n".encode("latin-1"),
    "bom.py": b"\xef\xbb\xbfx = 'REF'\n",
    "bom.yaml": b"\xef\xbb\xbfx: REF\r\n",
    "no final newline": b"x\nREF",
    "only": b"REF",
    "blank ends": b"REF \t\n \n\n\n",
    "form feed": b"a\x0cREF\x1e\x85\n",
    "line separators": "a\u2028REF\u2029\x0b\n".encode(),
    'name with "quotes" and\ttab': b"REF\n",
    "name \udcff of bytes": b"REF\n",
    "executable": b"#!/bin/sh\nREF\n",
    "read-only": b"REF\n",
}
UNCHANGED = {
    "empty": b"",
    "newline": b"\n",
    "binary": b"\0%s\n" % REFERENCE,
    "utf-16": REFERENCE.decode().encode("utf-16"),
    "utf-16-le": REFERENCE.decode().encode("utf-16-le"),
}
MODES = {"executable": 0o755, "read-only": 0o444, "empty": 0o600}


def filled(folder: Path, tag: bytes) -> Path:
    """A checkout of `CONTENTS`, with the reference at `tag` where they say REF, and of `UNCHANGED` at v0."""
    folder.mkdir()
    contents = {name: content.replace(b"REF", REFERENCE[:-2] + tag) for name, content in CONTENTS.items()}
    for name, content in {**contents, **UNCHANGED}.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(MODES.get(name, 0o644))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    return folder


def held(folder: Path) -> dict[str, tuple[int, bytes]]:
    """The mode and the content of every file in `folder`."""
    return {
        path.name: (path.stat().st_mode, path.read_bytes()) for path in folder.iterdir() if path.is_file()
    }


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii:strict"])
def test_only_the_tags_change_whatever_else_is_in_a_file(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    wanted = held(filled(tmp_path / "wanted", b"v0.2.1"))
    written, patched = filled(tmp_path / "written", b"v0"), filled(tmp_path / "patched", b"v0")
    done = update(written, "--image", IMAGE, "--write")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"  name \xff of bytes:1: gcr.io/p/notebook-cpu:v0 -> " in done.stdout
    assert held(written) == wanted
    # git makes the changed files anew, and keeps no mode but x.
    git(patched, "apply", "--whitespace=nowarn", stdin=update(patched, "--image", IMAGE).stdout)
    assert {name: each[1] for name, each in held(patched).items()} == {
        name: each[1] for name, each in wanted.items()
    }


def test_links_stay_links_and_what_they_lead_to_outside_is_not_touched(tmp_path: Path) -> None:
    checkout, outside = tmp_path / "checkout", tmp_path / "outside"
    (checkout / "inner").mkdir(parents=True)
    (checkout / "inner" / "file").write_bytes(REFERENCE)
    outside.mkdir()
    (outside / "file").write_bytes(REFERENCE)
    links = {
        "in": "inner/file",
        "out": "../outside/file",
        "folder": "../outside",
        "nowhere": "gone",
        "self": "self",
    }
    for name, target in links.items():
        (checkout / name).symlink_to(target)
    git(checkout, "init", "--quiet")
    git(checkout, "add", "--all")
    written = update(checkout, "--image", IMAGE, "--write")
    assert b"Changed: 1 in 1 files" in written.stdout
    assert {name: str((checkout / name).readlink()) for name in links} == links
    assert (outside / "file").read_bytes() == REFERENCE
    assert (checkout / "in").read_bytes() == REFERENCE.replace(b":v0", b":v0.2.1")


def test_twenty_megabytes_on_one_line_are_rewritten_and_still_parse(tmp_path: Path) -> None:
    filler = json.dumps([{"name": "x", "numbers": [1, 2, 3], "text": "some words"}] * 170_000)[1:-1]
    image = '{"image": "gcr.io/p/notebook-cpu:v0"}'
    document = f"[{image}, {filler}, {', '.join([image] * 2000)}, {filler}, {image}]"
    assert len(document) > 20_000_000
    (tmp_path / "one.json").write_text(document)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    written = update(tmp_path, "--image", IMAGE, "--write")
    assert b"Changed: 2002 in 1 files" in written.stdout
    assert (tmp_path / "one.json").read_text() == document.replace(":v0", ":v0.2.1")


def test_files_that_did_not_parse_before_are_named_with_their_line_if_they_are_rewritten(
    tmp_path: Path,
) -> None:
    contents = {
        "a.yaml": "image: gcr.io/p/notebook-cpu:v0\nb: [\n",
        "b.json": '{\n"image": "gcr.io/p/notebook-cpu:v0",\n}',
        "c.py": "x = 'gcr.io/p/notebook-cpu:v0'\nprint x\n",
        "d.libsonnet": '{\n  image: "gcr.io/p/notebook-cpu:v0",\n  b: \n}',
        "not rewritten.yaml": "b: [\n",
    }
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    broken = [("a.yaml", 3), ("b.json", 3), ("c.py", 2), ("d.libsonnet", 4)]
    shown = update(tmp_path, "--image", IMAGE)
    assert shown.returncode == 0
    for path, line in broken:
        assert f"Did not parse before the rewrite either: {path}:{line}: not " in shown.stderr.decode()
    report = json.loads(update(tmp_path, "--image", IMAGE, "--write", "--json").stdout)
    assert [(fault["path"], fault["line"]) for fault in report["broken"]] == broken
    assert report["refused"] == []
    for name, text in contents.items():
        assert (tmp_path / name).read_text() == text.replace(":v0", ":v0.2.1")


FILES = 2000


def planted(folder: Path) -> Path:
    """A checkout with `FILES` files to rewrite."""
    for number in range(FILES):
        path = folder / f"d{number % 30:02}" / f"f{number:04}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x %s\n" % REFERENCE)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, git's own apart."""
    paths = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_killed_while_it_writes_the_same_command_again_ends_in_the_same_tree(tmp_path: Path) -> None:
    interrupted, whole = planted(tmp_path / "interrupted"), planted(tmp_path / "whole")
    assert update(whole, "--image", IMAGE, "--write").returncode == 0
    command = [sys.executable, str(PROGRAM), str(interrupted), "--image", IMAGE, "--write"]
    first = interrupted / "d00" / "f0000.txt"
    before = first.read_bytes()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        while first.read_bytes() == before and running.poll() is None:
            time.sleep(0.001)
        running.kill()
    done = [path for path, content in tree(interrupted).items() if content != before]
    assert running.returncode == -signal.SIGKILL
    assert 0 < len(done) < FILES
    assert update(interrupted, "--image", IMAGE, "--write").returncode == 0
    assert tree(interrupted) == tree(whole)
