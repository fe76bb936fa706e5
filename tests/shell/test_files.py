"""Files that are replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.shell.files import replace_text


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
