"""The sample project's repository: the same on every machine, made once, with a history like the real one's."""

from __future__ import annotations

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from releasing.errors import CommandError, UsageError
from releasing.rehearsal.project import sample_project
from releasing.rehearsal.project.history import ODD_FILES
from releasing.version import Version
from tests.support.sample_tree import FILES, TREE, git


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("github") / "kubeflow" / "kubeflow.git"
    sample_project.create(path)
    return path


def test_any_machine_makes_the_same_commits(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[these are settings that git refuses")
    with monkeypatch.context() as machine:
        for name, value in {"HOME": str(tmp_path), "TZ": "Asia/Tokyo", "GIT_DIR": "elsewhere"}.items():
            machine.setenv(name, value)
        time.tzset()
        sample_project.create(tmp_path / "other.git")
    time.tzset()
    assert refs(tmp_path / "other.git") == refs(repository)


def test_git_finds_nothing_wrong_with_the_repository(repository: Path) -> None:
    assert git("-C", repository, "fsck", "--strict", "--full") == ""
    assert git("-C", repository, "symbolic-ref", "HEAD") == "refs/heads/master"


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kubeflow.git").mkdir()
    sample_project.create(tmp_path / "kubeflow.git")
    assert list((tmp_path / "kubeflow.git").iterdir()) == []


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git"
    program.write_text('#!/bin/sh\n[ "$1" = init ] && for folder; do :; done && mkdir "$folder"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(CommandError, match="fast-import"):
        sample_project.create(tmp_path / "github" / "kubeflow.git")
    assert list((tmp_path / "github").iterdir()) == []


def test_two_that_make_it_at_once_both_find_it(tmp_path: Path) -> None:
    path = tmp_path / "github" / "kubeflow.git"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sample_project.create, [path] * 4))
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert refs(path)


def test_master_has_squashed_pull_requests_of_july_2018(repository: Path) -> None:
    log = git("-C", repository, "log", "--format=%cI %P %s", "master").splitlines()
    assert len(log) == 8
    assert all(re.fullmatch(r"2018-07-[01]\d\S+ [0-9a-f]{0,40} .*\(#\d+\)", line) for line in log)


def test_an_older_release_has_its_branch_and_tag_and_the_next_one_has_none(repository: Path) -> None:
    named = [line.split(maxsplit=1)[1] for line in refs(repository).splitlines()]
    assert named == [
        "commit refs/heads/master",
        "commit refs/heads/v0.1-branch",
        "tag refs/tags/v0.1.2",
        "commit refs/tags/v0.1.rc1",
    ]
    tagged = git("-C", repository, "rev-parse", "v0.1.2^{commit}")
    assert tagged == git("-C", repository, "rev-parse", "v0.1-branch")
    base = git("-C", repository, "merge-base", "master", "v0.1-branch")
    assert int(git("-C", repository, "rev-list", "--count", f"{base}..master")) == 5
    with pytest.raises(UsageError, match="is not a version"):
        Version.parse("v0.1.rc1")


def test_older_commits_have_older_references(repository: Path) -> None:
    prototype = "kubeflow/core/prototypes/all.jsonnet"
    found = [
        re.findall(r"tf_operator:(\S+)", git("-C", repository, "show", f"{revision}:{prototype}"))
        for revision in ("v0.1.2", "v0.1.rc1", "master")
    ]
    assert found == [["v0.1.2"], ["v20180329-a7511ff"], ["v20180522-77375baf"]]
    spawner = git("-C", repository, "show", "v0.1.2:kubeflow/core/kubeform_spawner.py")
    assert (spawner.count("<option"), "1.8.0" in spawner) == (8, False)


def test_folders_came_one_after_the_other(repository: Path) -> None:
    def folders(revision: str) -> list[str]:
        return git("-C", repository, "ls-tree", "-d", "--name-only", revision).splitlines()

    assert folders("master~7") == ["kubeflow", "testing"]
    assert folders("v0.1.2") == ["components", "kubeflow", "releasing", "testing"]
    assert len(folders("master")) == 11


def test_a_clone_is_the_tree_of_the_sample(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", repository, clone)
    odd = map(Path, ODD_FILES)
    assert sorted([*(path.relative_to(TREE) for path in FILES), *odd]) == sorted(
        path.relative_to(clone)
        for path in clone.rglob("*")
        if path.is_file() and not path.is_symlink() and ".git" not in path.relative_to(clone).parts
    )
    assert all((clone / path.relative_to(TREE)).read_bytes() == path.read_bytes() for path in FILES)
    assert all((clone / path).read_bytes() == file.content for path, file in ODD_FILES.items())


def refs(repository: Path) -> str:
    return git("-C", repository, "for-each-ref", "--format=%(objectname) %(objecttype) %(refname)")
