"""Which repositories can be rehearsed on: whole ones, also those that git calls changed right after a clone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from releasing.errors import PreconditionError
from releasing.rehearsal import source_copy
from tests.support.sample_tree import git

PERSON = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository of three commits."""
    folder = tmp_path / "origin"
    git("init", "-q", "-b", "master", folder)
    for number in range(3):
        (folder / "a.txt").write_bytes(b"one\r\ntwo\r\n" + b"more\r\n" * number)
        git("-C", folder, "add", ".")
        git("-C", folder, *PERSON, "commit", "-q", "-m", f"Change a (#{number})")
    git("-C", folder, "config", "uploadpack.allowFilter", "true")
    return folder


@pytest.mark.parametrize("as_url", [False, True])
def test_a_shallow_clone_is_refused_and_nothing_is_left(
    tmp_path: Path, origin: Path, *, as_url: bool
) -> None:
    shallow, copy = tmp_path / "shallow", tmp_path / "github" / "copy.git"
    copy.parent.mkdir()
    git("clone", "-q", "--depth", "1", f"file://{origin}", shallow)
    with pytest.raises(PreconditionError, match="is a shallow clone: its history ends early") as caught:
        source_copy.copy(f"file://{shallow}" if as_url else str(shallow), copy, "master")
    assert not copy.exists()
    if not as_url:
        assert caught.value.hint == f"get all of it: git -C {shallow} fetch --unshallow"
        git("-C", shallow, "fetch", "-q", "--unshallow")
        source_copy.copy(str(shallow), copy, "master")
        assert len(git("-C", copy, "log", "--format=%s", "master").splitlines()) == 3


def test_a_partial_clone_is_told_how_to_get_the_rest(tmp_path: Path, origin: Path) -> None:
    partial, copy = tmp_path / "partial", tmp_path / "copy.git"
    git("clone", "-q", "--filter=blob:none", f"file://{origin}", partial)
    git("-C", partial, "config", "remote.origin.url", str(tmp_path / "gone"))
    with pytest.raises(PreconditionError) as caught:
        source_copy.copy(str(partial), copy, "master")
    assert f"git -C {partial} fetch --refetch --no-filter" in caught.value.hint
    git("-C", partial, "config", "remote.origin.url", f"file://{origin}")
    git("-C", partial, "fetch", "-q", "--refetch", "--no-filter")
    source_copy.copy(str(partial), copy, "master")


def test_what_is_no_repository_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(PreconditionError) as caught:
        source_copy.copy(str(tmp_path / "nowhere"), tmp_path / "copy.git", "master")
    assert caught.value.hint == "name a git repository"


def test_attributes_that_are_newer_than_contents_are_no_changes(tmp_path: Path, origin: Path) -> None:
    (origin / ".gitattributes").write_text("* text=auto\n*.txt text\n")
    git("-C", origin, "add", ".gitattributes")
    git("-C", origin, *PERSON, "commit", "-q", "-m", "Name line ends", "--only", ".gitattributes")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(origin), str(clone)], check=True)
    (clone / "a.txt").touch()
    assert git("-C", clone, "status", "--porcelain") == " M a.txt"
    source_copy.copy(str(clone), tmp_path / "copy.git", "master")
    (clone / "a.txt").write_bytes(b"one\r\n")
    with pytest.raises(PreconditionError, match=r"not committed:\n M a\.txt"):
        source_copy.copy(str(clone), tmp_path / "other.git", "master")
