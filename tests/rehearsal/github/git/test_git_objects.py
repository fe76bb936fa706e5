"""What the local GitHub reads from git."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from releasing.errors import CommandError
from releasing.rehearsal.github.git.git_objects import ZERO, commits, file_changes, merged_tree, moved
from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import bare_project, commit, head


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return bare_project(tmp_path / "kubeflow.git")


def test_files_are_told_by_name_kind_and_size(repository: Path) -> None:
    commit(repository, "work", ":odd\tname", "a\nb\n")
    commit(repository, "work", "picture", "\0\1")
    changed = {file.path: file for file in file_changes(repository, "master", "work")}
    assert {path: (file.status, file.additions, file.deletions) for path, file in changed.items()} == {
        ":odd\tname": ("added", 2, 0),
        "picture": ("added", 0, 0),
    }
    assert [file.status for file in file_changes(repository, "v0.2-branch", "master")] == ["added"]


def test_commits_come_in_the_order_asked_for_with_whole_messages(repository: Path) -> None:
    young = head(repository, "master")
    text = git(repository, "cat-file", "commit", young).replace("Write config.txt", "Subject\n\nBody")
    old = re.sub(r"> \d+ ", "> 1500000000 ", text) + "\n"
    ids = [git(repository, "hash-object", "-t", "commit", "-w", "--stdin", stdin=old), young]
    found = commits(repository, ids)
    assert [one.id for one in found] == ids
    assert [one.message for one in found] == ["Subject\n\nBody", "Write config.txt"]
    assert found[0].parents == found[1].parents == (head(repository, "v0.2-branch"),)


def test_a_ref_moves_only_from_where_it_is_expected(repository: Path) -> None:
    old, young = head(repository, "v0.2-branch"), head(repository, "master")
    assert not moved(repository, "refs/heads/v0.2-branch", young, ZERO)
    assert head(repository, "v0.2-branch") == old
    assert moved(repository, "refs/heads/v0.2-branch", young, old)


def test_the_operators_git_settings_play_no_part(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert merged_tree(repository, "master", "v0.2-branch") == git(repository, "rev-parse", "master^{tree}")


def test_what_git_refuses_is_told_with_the_place(repository: Path) -> None:
    with pytest.raises(CommandError, match="git rev-parse --verify nowhere in "):
        git(repository, "rev-parse", "--verify", "nowhere")
