"""What somebody changed in a worktree: not what git itself wrote there differently."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.clients.git.worktree_changes import changes
from releasing.shell.git_guard import reading
from tests.support.sample_tree import git

PERSON = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
FILES = {
    "windows.txt": b"one\r\ntwo\r\n",
    "mixed.txt": b"one\r\ntwo\n",
    "id.txt": b"$Id: 0123 $\n",
    "dir/\xc3\xa9 a\nb.txt": b"odd\r\n",
}
ATTRIBUTES = ["* text=auto", "* text eol=crlf", "* text eol=lf", "*.txt text ident", "mixed.txt text"]


@pytest.fixture(params=ATTRIBUTES)
def clone(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A fresh clone of a repository whose attributes are newer than its contents."""
    origin = tmp_path / "origin"
    git("init", "-q", "-b", "master", origin)
    for name, content in FILES.items():
        (origin / name).parent.mkdir(exist_ok=True)
        (origin / name).write_bytes(content)
    git("-C", origin, "add", ".")
    git("-C", origin, *PERSON, "commit", "-q", "-m", "contents")
    (origin / ".gitattributes").write_text(f"{request.param}\n")
    git("-C", origin, "add", ".gitattributes")
    git("-C", origin, *PERSON, "commit", "-q", "-m", "attributes", "--only", ".gitattributes")
    git("clone", "-q", origin, tmp_path / "clone")
    for path in (tmp_path / "clone").rglob("*.txt"):
        path.touch()
    return tmp_path / "clone"


def found(folder: Path) -> list[str]:
    return changes(reading(folder), folder, "--untracked-files=all")


def test_a_fresh_clone_has_no_changes_from_any_of_its_folders(clone: Path) -> None:
    assert found(clone) == []
    assert found(clone / "dir") == []


def test_an_edit_is_a_change_and_only_that_file_is_named(clone: Path) -> None:
    with (clone / "windows.txt").open("ab") as file:
        file.write(b"three\r\n")
    assert found(clone) == [" M windows.txt"]


def test_other_line_ends_than_either_are_a_change(clone: Path) -> None:
    (clone / "mixed.txt").write_bytes(b"one\ntwo\r\n")
    assert found(clone) in ([" M mixed.txt"], [])
    (clone / "mixed.txt").write_bytes(b"one\n\r\ntwo\r\n")
    assert found(clone) == [" M mixed.txt"]


def test_modes_deletions_links_new_and_staged_files_are_changes(clone: Path) -> None:
    (clone / "windows.txt").chmod(0o755)
    (clone / "mixed.txt").unlink()
    (clone / "id.txt").unlink()
    (clone / "id.txt").symlink_to("windows.txt")
    (clone / "new.txt").touch()
    (clone / "staged.txt").touch()
    git("-C", clone, "add", "staged.txt")
    assert sorted(found(clone)) == sorted(
        [" M windows.txt", " D mixed.txt", " T id.txt", "?? new.txt", "A  staged.txt"]
    )
