"""Files of real checkouts and plain folders."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from releasing.errors import PreconditionError
from releasing.references.checkout import contents, replace_content, tracked_files


def test_git_says_which_files_are_tracked(tmp_path: Path) -> None:
    (tmp_path / "a é.txt").touch()
    (tmp_path / "untracked").touch()
    subprocess.run(["git", "-C", tmp_path, "init", "--quiet"], check=True)
    subprocess.run(["git", "-C", tmp_path, "add", "a é.txt"], check=True)
    assert tracked_files(tmp_path) == ["a é.txt"]


def test_a_plain_folder_is_walked(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    assert tracked_files(tmp_path) == ["a/b"]


def test_links_folders_and_deleted_files_have_no_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    assert list(contents(tmp_path, ["file", "link", "folder", "gone"])) == [("file", b"x")]


def test_a_file_that_changed_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"theirs")
    with pytest.raises(PreconditionError, match="changed while"):
        replace_content(path, b"before", b"ours")
    assert path.read_bytes() == b"theirs"


def test_the_leftover_of_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    path.chmod(0o640)
    (tmp_path / ".file.rewrite").write_bytes(b"half of a longer text")
    replace_content(path, b"before", b"after")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"after", 0o640)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
