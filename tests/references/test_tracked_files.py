"""Files of real checkouts and plain folders."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from releasing.errors import CommandError, PreconditionError
from releasing.references.tracked_files import Search, contents, replace_content, tracked_files

NOBODY = 65534


def git(checkout: Path, *words: str | Path) -> None:
    subprocess.run(["git", "-C", checkout, *words], check=True, capture_output=True)


def tracked(checkout: Path, **files: bytes) -> None:
    """A checkout that tracks `files`."""
    git(checkout, "init", "--quiet")
    for name, content in files.items():
        (checkout / name).write_bytes(content)
    git(checkout, "add", "--all")


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that everybody may look into; pytest's own are private."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def without_privileges() -> Iterator[None]:
    """As somebody whom permissions bind; nothing changes for a user who is no root."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def test_git_says_which_files_are_tracked(tmp_path: Path) -> None:
    (tmp_path / "a é.txt").touch()
    (tmp_path / "untracked").touch()
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "a é.txt")
    assert tracked_files(tmp_path) == ["a é.txt"]


def test_a_plain_folder_is_walked(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    assert tracked_files(tmp_path) == ["a/b"]
    assert Search(tmp_path, ["word"]).paths() == ["a/b"]


def test_git_says_which_files_have_a_word_also_binary_ones(tmp_path: Path) -> None:
    tracked(tmp_path, a=b"x word", b=b"wor\nd", c=b"\0\xff.o*rd", d=b"WORD", e=b"")
    assert Search(tmp_path, ["word", ".o*rd"]).paths() == ["a", "c"]
    assert Search(tmp_path, ["none", "-e"]).paths() == []
    assert Search(tmp_path, ["word"]).paths(also=["e", "not tracked"]) == ["a", "e"]


def test_folders_that_are_not_asked_about_are_left_out_at_any_depth(tmp_path: Path) -> None:
    for folder in ("lib", "a/b/lib/c", "a/library", "a"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "f").write_bytes(b"word")
    (tmp_path / "a" / "b" / "lib.py").write_bytes(b"word")
    tracked(tmp_path)
    assert Search(tmp_path, ["word"], ["lib"]).paths() == ["a/b/lib.py", "a/f", "a/library/f"]
    assert Search(tmp_path / "a", ["word"], ["lib"]).paths() == ["b/lib.py", "f", "library/f"]


def test_what_people_set_for_git_grep_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "f").write_bytes(b"a.c")
    tracked(tmp_path, g=b"abc")
    settings = ["grep.fullName true", "color.ui always", "color.grep always", "grep.patternType perl"]
    for setting in [*settings, "grep.lineNumber true", "submodule.recurse true", "grep.column true"]:
        git(tmp_path, "config", *setting.split())
    assert Search(tmp_path / "below", ["a.c"]).paths() == ["f"]
    assert Search(tmp_path, ["a.c"]).paths() == ["below/f"]


def test_files_that_git_takes_from_its_index_are_read_as_they_lie_there(tmp_path: Path) -> None:
    tracked(tmp_path, assumed=b"x", skipped=b"x", other=b"x")
    git(tmp_path, "update-index", "--assume-unchanged", "assumed")
    git(tmp_path, "update-index", "--skip-worktree", "skipped")
    (tmp_path / "assumed").write_bytes(b"word")
    (tmp_path / "skipped").write_bytes(b"word")
    assert Search(tmp_path, ["word"]).paths() == ["assumed", "skipped"]


def test_a_link_that_became_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("x")
    tracked(tmp_path, x=b"")
    (tmp_path / "link").unlink()
    (tmp_path / "link").write_bytes(b"word")
    assert Search(tmp_path, ["word"]).paths() == ["link"]


def test_a_file_in_conflict_is_named_once(tmp_path: Path) -> None:
    tracked(tmp_path, f=b"base\n")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    git(tmp_path, *who, "commit", "--quiet", "-m", "base")
    git(tmp_path, "branch", "other")
    for branch in ("HEAD", "other"):
        git(tmp_path, "checkout", "--quiet", branch)
        (tmp_path / "f").write_text(f"{branch} word\n")
        git(tmp_path, *who, "commit", "--quiet", "--all", "-m", branch)
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path, *who, "merge", "--quiet", "HEAD@{2}")
    assert Search(tmp_path, ["word"]).paths() == tracked_files(tmp_path) == ["f"]


def test_a_checkout_that_git_refuses_is_an_error(tmp_path: Path) -> None:
    tracked(tmp_path)
    (tmp_path / ".git" / "index").write_bytes(b"no index")
    for words in ([], ["word"]):
        with pytest.raises(CommandError, match=r"index file smaller than expected|bad signature"):
            Search(tmp_path, words).paths()


def test_a_search_that_git_refuses_is_an_error(tmp_path: Path) -> None:
    tracked(tmp_path)
    git(tmp_path, "config", "grep.threads", "-1")
    with pytest.raises(CommandError, match="invalid number of threads"):
        Search(tmp_path, ["word"]).paths()


def test_a_file_that_may_not_be_read_is_an_error_and_not_passed_over(
    anybodys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracked(anybodys, f=b"word", g=b"word", h=b"")
    (anybodys / "g").chmod(0)
    # git works in nobody else's checkout unless it is told to.
    monkeypatch.setenv("HOME", str(anybodys))
    (anybodys / ".gitconfig").write_text("[safe]\n\tdirectory = *\n")
    with without_privileges():
        paths = Search(anybodys, ["word"]).paths()
        assert paths == ["f", "g"]
        with pytest.raises(PreconditionError, match="g: cannot be read: Permission denied"):
            list(contents(anybodys, paths))


def test_links_folders_and_deleted_files_have_no_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    assert list(contents(tmp_path, ["file", "link", "folder", "gone"])) == [("file", b"x")]


def test_what_lies_behind_a_link_to_a_folder_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    (tmp_path / "outside" / "deep" / "f").write_bytes(b"word")
    checkout = tmp_path / "checkout"
    (checkout / "a" / "deep").mkdir(parents=True)
    (checkout / "a" / "deep" / "f").write_bytes(b"word")
    tracked(checkout)
    assert list(contents(checkout, ["a/deep/f"])) == [("a/deep/f", b"word")]
    (checkout / "a").rename(tmp_path / "moved")
    (checkout / "a").symlink_to("../outside")
    assert list(contents(checkout, tracked_files(checkout))) == []


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
    (tmp_path / ".update_references.part").write_bytes(b"half of a longer text")
    replace_content(path, b"before", b"after")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"after", 0o640)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_nothing_is_written_through_a_link_that_lies_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_bytes(b"theirs")
    (tmp_path / ".update_references.part").symlink_to("theirs")
    (tmp_path / "file").write_bytes(b"before")
    replace_content(tmp_path / "file", b"before", b"after")
    assert ((tmp_path / "theirs").read_bytes(), (tmp_path / "file").read_bytes()) == (b"theirs", b"after")


@pytest.mark.parametrize("mode", [0o444, 0o600, 0o755, 0o4755])
def test_mode_and_owner_stay_also_those_of_a_read_only_file(tmp_path: Path, mode: int) -> None:
    path = tmp_path / ("f" * 255)
    path.write_bytes(b"before")
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    path.chmod(mode)
    owner = path.stat().st_uid
    replace_content(path, b"before", b"after")
    assert (path.read_bytes(), path.stat().st_mode & 0o7777, path.stat().st_uid) == (b"after", mode, owner)


def test_a_folder_that_may_not_be_written_is_an_error_with_the_file_unchanged(anybodys: Path) -> None:
    (anybodys / "f").write_bytes(b"before")
    anybodys.chmod(0o555)
    with (
        without_privileges(),
        pytest.raises(PreconditionError, match="f: cannot be written: Permission denied"),
    ):
        replace_content(anybodys / "f", b"before", b"after")
    anybodys.chmod(0o755)
    assert [(each.name, each.read_bytes()) for each in anybodys.iterdir()] == [("f", b"before")]
