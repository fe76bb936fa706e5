"""Files that are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from releasing.errors import ConfigError, MachineError
from releasing.shell.files import append_private, read_bounded, replace_text, told
from tests.support.limits import limited


def test_a_new_file_is_written_with_the_folders_above_it(tmp_path: Path) -> None:
    path = tmp_path / "notes" / "v0.2.1.md"
    replace_text(path, "ä\r\n\n")
    assert path.read_bytes() == "ä\r\n\n".encode()
    assert path.stat().st_mode & 0o777 == 0o644
    assert [*path.parent.iterdir()] == [path]


def test_the_mode_stays_and_a_reader_of_the_old_file_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o750)
    with path.open() as reader:
        replace_text(path, "new")
        assert reader.read() == "old"
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o750)


def test_text_that_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(path, "\udcff")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("file", "old")]


def modes(path: Path, top: Path) -> list[int]:
    """The modes of a file and of the folders above it, up to `top`."""
    return [each.stat().st_mode & 0o777 for each in (path, *path.parents) if top in each.parents]


def test_a_private_file_and_the_folders_made_for_it_are_for_the_owner_alone(tmp_path: Path) -> None:
    writers: dict[str, Callable[[Path], None]] = {
        "text": lambda path: replace_text(path, "a", private=True),
        "log": lambda path: append_private(path, b"a"),
    }
    for name, write in writers.items():
        path = tmp_path / name / "v0.2.1" / "file"
        write(path)
        assert modes(path, tmp_path) == [0o600, 0o700, 0o700]


def test_a_file_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    writers: tuple[Callable[[], None], ...] = (
        lambda: replace_text(path, "b", private=True),
        lambda: append_private(path, b"b"),
    )
    for write in writers:
        path.write_text("a")
        path.chmod(0o644)
        write()
        assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == "ab"


def test_a_full_machine_names_the_file_and_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    journal = tmp_path / "journal"
    journal.write_bytes(b"line\n")
    with limited(100):
        with pytest.raises(MachineError, match=r"/file: cannot be written: File too large") as caught:
            replace_text(path, "x" * 1000)
        with pytest.raises(MachineError, match=r"/journal: cannot be written: File too large"):
            append_private(journal, b"y" * 1000)
    assert (caught.value.code, "ulimit -f" in caught.value.hint) == (1, True)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "file": "old",
        "journal": "line\n",
    }


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, 1),
        (errno.EDQUOT, 1),
        (errno.EMFILE, 1),
        (errno.EIO, 1),
        (errno.EROFS, 1),
        (errno.ENOENT, 4),
        (errno.EACCES, 4),
        (errno.ENOTDIR, 4),
    ],
)
def test_only_a_path_that_does_not_fit_counts_as_a_precondition(number: int, code: int) -> None:
    """A precondition says that nothing was changed, which nobody knows of a machine that gave up on the way."""
    failure = told(OSError(number, os.strerror(number), "/some/where"))
    assert (failure.code, failure.message) == (code, f"/some/where: {os.strerror(number)}")


def test_a_file_larger_than_anybody_writes_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(ConfigError, match="longer than 67108864 bytes"):
        read_bounded(tmp_path / "file")
    assert read_bounded(Path(os.devnull)) == b""
    with pytest.raises(ConfigError, match="longer than 10 bytes"):
        read_bounded(Path("/dev/zero"), 10)
