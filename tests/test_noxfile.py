"""Which Python the checks find for `oldest`, and the tests that it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

import noxfile


def install(folder: Path, name: str, says: str, code: int = 0) -> Path:
    """A program called `name` that gives a version, as an interpreter does."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {says}\nexit {code}\n")
    path.chmod(0o755)
    return path


def test_the_oldest_supported_python_of_all_folders_is_taken(tmp_path: Path) -> None:
    install(tmp_path / "a", "python3.11", "3.11.1")
    oldest = install(tmp_path / "b", "python3", "3.11.0")
    install(tmp_path / "b", "python3.10", "3.10.9")
    assert noxfile.older_python([str(tmp_path / "a"), str(tmp_path / "b")]) == str(oldest)


@pytest.mark.parametrize(
    ("name", "says", "code"),
    [
        ("python3", noxfile.VERSION, 0),
        ("python3.99", "3.99.0", 0),
        ("python3.10", "3.10.9", 0),
        ("python3-config", "3.11.0", 0),
        ("python3.11", "3.11.0", 127),
        ("python3.11", "of another kind", 0),
    ],
)
def test_what_is_as_new_or_unsupported_or_does_not_run_is_not_taken(
    tmp_path: Path, name: str, says: str, code: int
) -> None:
    install(tmp_path, name, says, code)
    assert noxfile.older_python([str(tmp_path), str(tmp_path / "missing"), ""]) is None


def test_the_marker_of_oldest_is_registered_and_on_what_reads_text() -> None:
    registered = noxfile.PROJECT["tool"]["pytest"]["ini_options"]["markers"]
    assert noxfile.MARKER in [each.partition(":")[0] for each in registered]
    folder = noxfile.ROOT / "tests"
    line = f"pytestmark = pytest.mark.{noxfile.MARKER}\n"
    marked = {path.name for path in folder.rglob("test_*.py") if line in path.read_text()}
    assert len(marked) >= 46
    assert {
        "test_version.py",
        "test_references.py",
        "test_update_references.py",
        "test_names.py",
    } <= marked
