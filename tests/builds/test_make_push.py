"""`make push` at one commit: which worktree it takes, what it believes of make's output, and what it bakes in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from releasing.builds import made_images, make_push
from releasing.builds.bootstrapper_packages import packages
from releasing.builds.make_push import pushed
from releasing.errors import CommandError, ConfigError, PreconditionError, ReleaseError, UnmetError
from releasing.image import ImageRef
from releasing.rehearsal.github.git.git_program import git
from releasing.rehearsal.registry import small_images
from tests.support.registries import rehearsal_registry

IMAGE, TAG = "gcr.io/kubeflow-images-public/bootstrapper", "v20180720-01234567"
PERSON = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
OTHER = "sha256:" + "0" * 64
REGISTRIES = """\
registries:
  - name: kubeflow
    repo: https://github.com/kubeflow/kubeflow.git
    {key}: master
"""


@dataclass
class World:
    """A worktree with a bootstrapper, and a make that says what it is told to."""

    folder: Path
    registry: str
    digest: str = ""
    shown: list[str] = field(default_factory=list)

    @property
    def commit(self) -> str:
        return git(self.folder, "rev-parse", "HEAD")

    def make(self, script: str) -> None:
        program = self.folder.parent.parent / "bin" / "make"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def push(self, tag: str = TAG, commit: str = "") -> list[ImageRef]:
        return make_push.push(self.folder, commit or self.commit, [IMAGE], tag, self.shown.append)

    def refused(self, kind: type[ReleaseError], tag: str = TAG, commit: str = "") -> str:
        with pytest.raises(kind) as caught:
            self.push(tag, commit)
        assert caught.value.hint or kind is CommandError
        return caught.value.message


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    top, programs = tmp_path / "a worktree", tmp_path / "bin"
    folder = top / "bootstrap"
    folder.mkdir(parents=True)
    programs.mkdir()
    git(tmp_path, "init", "--quiet", str(top))
    git(top, "remote", "add", "origin", "git@github.com:kubeflow/kubeflow")
    (folder / ".gitignore").write_text("reg_tmp\n")
    commit(folder, "image_registries.yaml", REGISTRIES.format(key="branch"))
    with rehearsal_registry(tmp_path / "registry") as url:
        monkeypatch.setenv("RELEASE_REGISTRY_MIRRORS", f"gcr.io={url}/gcr.io")
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        digest = small_images.push(url, IMAGE, TAG, {}, "2018-07-20T00:00:00Z")
        world = World(folder, url, digest)
        world.make(f"echo Pushed {IMAGE}:{TAG}")
        yield world


def commit(folder: Path, file: str, text: str) -> None:
    (folder / file).write_text(text)
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", file)


@pytest.mark.parametrize("tag", [TAG, ""])
def test_what_make_says_is_found_in_the_registry(world: World, tag: str) -> None:
    world.make(f'echo "$*" | grep -q "push{" TAG=" if tag else ""}{tag}$" && echo Pushed {IMAGE}:{TAG}')
    assert world.push(tag) == [ImageRef(IMAGE, TAG, world.digest)]
    assert f"Pushed {IMAGE}:{TAG}" in world.shown


def test_a_worktree_at_another_commit_is_refused(world: World) -> None:
    before = world.commit
    commit(world.folder, "start.sh", "true\n")
    assert f"is at {world.commit[:12]}, not at {before[:12]}" in world.refused(
        PreconditionError, commit=before
    )


@pytest.mark.parametrize("path", [".gitignore", "stranger", "reg_tmp", "../elsewhere"])
def test_changed_new_and_ignored_files_are_refused(world: World, path: str) -> None:
    (world.folder / path).write_text("changed\n")
    assert Path(path).name in world.refused(PreconditionError)
    assert world.shown == []


def test_what_is_no_worktree_is_refused(world: World, tmp_path: Path) -> None:
    world.folder = tmp_path
    assert "is not a folder of a git worktree" in world.refused(PreconditionError, commit="0" * 40)


def test_a_worktree_that_make_changes_is_told(world: World) -> None:
    world.make(f"echo >> '{world.folder}/.gitignore'; echo Pushed {IMAGE}:{TAG}")
    assert "while make ran" in world.refused(UnmetError)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("true", "its output names no pushed image"),
        (f"echo Pushed {IMAGE}:v2", f"pushed {IMAGE}:v2; expected {IMAGE} at {TAG}"),
        (f"echo Pushed {IMAGE}er:{TAG}", f"pushed {IMAGE}er:{TAG}; expected {IMAGE} at"),
        (f"echo 'The push refers to repository [{IMAGE}]'; echo '{TAG}: digest: {OTHER} size: 12'", OTHER),
    ],
)
def test_what_make_pushed_otherwise_is_told(world: World, script: str, said: str) -> None:
    world.make(script)
    assert said in world.refused(UnmetError)


def test_an_image_that_is_not_there_after_all_is_told(world: World) -> None:
    world.make(f"echo Pushed {IMAGE}:v2")
    assert f"it pushed {IMAGE}:v2; the registry has no such tag" in world.refused(UnmetError, tag="")


def test_a_make_that_fails_is_an_error(world: World) -> None:
    world.make(f"echo Pushed {IMAGE}:{TAG}; exit 2")
    assert "exit code 2" in world.refused(CommandError)


@pytest.mark.parametrize("key", ["branch", "version"])
def test_packages_of_the_same_repository_are_cloned_at_the_commit(world: World, key: str) -> None:
    commit(world.folder, "image_registries.yaml", REGISTRIES.format(key=key) + " " * (key == "branch"))
    clone = "git clone --quiet --depth 1 --branch master https://github.com/kubeflow/kubeflow.git"
    target = world.folder.parent.parent / "cloned"
    world.make(f"{clone} '{target}' && echo Pushed {IMAGE}:{TAG}")
    world.push()
    assert git(target, "rev-parse", "HEAD") == world.commit
    world.make(f"echo Pushed {IMAGE}:{TAG}")
    world.push()  # what the first one left is no hindrance
    assert f"is cloned at {world.commit[:12]}, not at master as it is now" in world.shown[0]


def test_packages_of_other_repositories_are_told_to_be_as_they_are(world: World) -> None:
    other = REGISTRIES.format(key="branch").replace("kubeflow/kubeflow", "acme/packages")
    commit(world.folder, "image_registries.yaml", other)
    world.push()
    assert world.shown[0].endswith(
        "acme/packages.git is cloned at master as it is now, because no commit pins it"
    )


def test_an_entry_without_a_branch_is_told_with_its_line(world: World) -> None:
    commit(world.folder, "image_registries.yaml", "registries:\n- name: a\n  repo: b\n")
    with pytest.raises(ConfigError, match=r"image_registries.yaml:2: expected name, repo, and branch"):
        [*packages(world.folder)]


def test_make_finds_another_python_than_ours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{os.environ['PATH']}")
    world.make(f'case ":$PATH:" in *:"{own}":*) exit 3;; esac; echo Pushed {IMAGE}:{TAG}')
    assert world.push()


def test_another_tag_for_the_same_digest_never_moves(world: World) -> None:
    found = world.push()
    made_images.tag_too(found, "v0")
    small_images.push(world.registry, IMAGE, "v1", {"a": "b"}, "2018-07-20T00:00:00Z")
    with pytest.raises(PreconditionError, match=f"{IMAGE}:v1 is on sha256:"):
        made_images.tag_too(found, "v1")


def test_dockers_own_words_come_before_the_makefiles() -> None:
    lines = [
        f"The push refers to a repository [{IMAGE}]",
        "5f70bf18a086: Pushed",
        f"{TAG}: digest: {OTHER} size: 1234",
        f"Pushed {IMAGE}:{TAG}",
        f"Built {IMAGE}:latest",
    ]
    assert [*pushed(lines)] == [ImageRef(IMAGE, TAG, OTHER)]


def test_the_makefile_gets_no_secrets_in_its_environment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN", "s3cret")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.extraheader")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "AUTHORIZATION: s3cret")
    monkeypatch.setenv("IMG", "kept")
    found = world.folder.parent.parent / "environment"
    world.make(f"env >'{found}'")
    world.refused(UnmetError)
    assert "s3cret" not in found.read_text()
    assert "IMG=kept" in found.read_text()


def test_files_that_are_dirty_right_after_a_clone_do_not_stop_it(world: World) -> None:
    windows = world.folder / "windows.txt"
    windows.write_bytes(b"one\r\n")
    git(world.folder, "add", ".")
    git(world.folder, *PERSON, "commit", "--quiet", "--message=contents")
    (world.folder / ".gitattributes").write_text("* text=auto\n*.txt text\n")
    git(world.folder, "add", "--", ".gitattributes")
    git(world.folder, *PERSON, "commit", "--quiet", "--message=attributes", "--only", ".gitattributes")
    windows.touch()
    assert "windows.txt" in git(world.folder, "status", "--porcelain")
    assert [each.tag for each in world.push()] == [TAG]
    windows.write_bytes(b"one\r\n\r\n")
    assert "windows.txt" in world.refused(PreconditionError)
