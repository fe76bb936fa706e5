"""Repositories whose settings start programs, read by everything that reads a folder that it is given."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from releasing.config import config_file
from releasing.errors import CommandError, ReleaseError, UsageError
from releasing.rehearsal import sandbox, source_copy
from releasing.rehearsal.github.git.git_program import git
from releasing.shell.git_guard import NETWORK, plain_word, reading
from tests.support.paths import ROOT

TABLE = "images:\n- name: gcr.io/kubeflow-images-public/a\n  versions: []\n"


@dataclass
class Hostile:
    """A repository, and the file that a program of its settings makes."""

    folder: Path
    mark: Path

    @property
    def program(self) -> str:
        return f"touch '{self.mark}'; false"

    def set(self, key: str, value: str = "") -> None:
        git(self.folder, "config", key, value or self.program)

    def touched(self) -> None:
        """Let git believe that files may have changed, so that it looks at their contents."""
        for path in self.folder.glob("*.yaml"):
            os.utime(path, (1, 1))


@pytest.fixture
def hostile(tmp_path: Path) -> Hostile:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=master")
    (folder / "a.yaml").write_text("image: gcr.io/kubeflow-images-public/a:v0.1.0\n")
    (folder / "image_tags.yaml").write_text(TABLE)
    (folder / ".gitattributes").write_text("*.yaml filter=evil diff=evil merge=evil\n")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-m", "x")
    return Hostile(folder, tmp_path / "ran")


def fsmonitor(it: Hostile) -> None:
    it.set("core.fsmonitor")


def hook(it: Hostile) -> None:
    hooks = it.folder / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-push", "pre-commit"):
        (hooks / name).write_text(f"#!/bin/sh\n{it.program}\n")
        (hooks / name).chmod(0o755)
    it.set("core.hooksPath", str(hooks))


def filters(it: Hostile) -> None:
    for name in ("clean", "smudge"):
        it.set(f"filter.evil.{name}")
    it.set("filter.evil.required", "true")


def process(it: Hostile) -> None:
    it.set("filter.evil.process")


def included(it: Hostile) -> None:
    more = it.folder.parent / "more.config"
    git(it.folder, "config", "--file", str(more), "core.fsmonitor", it.program)
    git(it.folder, "config", "--file", str(more), "filter.evil.clean", it.program)
    it.set("include.path", str(more))


def worktree(it: Hostile) -> None:
    it.set("extensions.worktreeConfig", "true")
    git(it.folder, "config", "--worktree", "core.fsmonitor", it.program)


def differs(it: Hostile) -> None:
    for name in (
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "merge.evil.driver",
        "gpg.program",
    ):
        it.set(name)


def promised(it: Hostile) -> None:
    """A clone that lacks what git looks for, to be fetched by a program."""
    blob = git(it.folder, "rev-parse", "HEAD:a.yaml")
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.promisor": "true",
        "remote.evil.url": f"ext::sh -c touch% {it.mark}",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }.items():
        it.set(name, value)
    (it.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    git(it.folder, "update-index", "--assume-unchanged", "a.yaml")


def uploading(it: Hostile) -> None:
    promised(it)
    it.set("remote.evil.url", str(it.folder))
    it.set("remote.evil.uploadpack")


SETTINGS = (fsmonitor, hook, filters, process, included, worktree, differs, promised, uploading)


def script(*words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=False)


def references(it: Hostile) -> None:
    image = r"gcr\.io/kubeflow-images-public/a:v0.2.0"
    script("scripts/update_references.py", str(it.folder), "--image", image, "--write")


def listed(it: Hostile) -> None:
    table = str(it.folder / "image_tags.yaml")
    script("scripts/update_image_tags.py", table, "check", "--checkout", str(it.folder), "--tag", "v0.1.0")


def contract(it: Hostile) -> None:
    script("scripts/check_build_contract.py", str(it.folder))


def notes(it: Hostile) -> None:
    words = ("--project", "P", "--version", "0.2.0", "--branch", "master", "--repository", "a/b")
    script("scripts/draft_release_notes.py", str(it.mark) + ".md", "--checkout", str(it.folder), *words)


def pruned(it: Hostile) -> None:
    git(it.folder, "remote", "add", "origin", str(it.folder))
    script("scripts/prune_nightlies.py", "gcr.io/a/b", "--checkout", str(it.folder), "--keep", "3")


def bootstrapper(it: Hostile) -> None:
    head = git(it.folder, "rev-parse", "HEAD")
    script("scripts/push_bootstrapper.py", str(it.folder), "--commit", head, "--image", "gcr.io/a/b")


def source(it: Hostile) -> None:
    # Only what ran counts.
    with suppress(ReleaseError):
        source_copy.copy(str(it.folder), it.folder.parent / "copy.git", "master")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.__name__)
@pytest.mark.parametrize(
    "reader",
    [references, listed, contract, notes, pruned, bootstrapper, source],
    ids=lambda each: each.__name__,
)
def test_no_program_that_a_repository_names_is_started(
    hostile: Hostile, setting: Callable[[Hostile], None], reader: Callable[[Hostile], None]
) -> None:
    setting(hostile)
    hostile.touched()
    reader(hostile)
    assert not hostile.mark.exists()


def test_the_settings_would_start_it_without_the_guard(hostile: Hostile) -> None:
    for setting in (fsmonitor, filters):
        setting(hostile)
    hostile.touched()
    subprocess.run(["git", "status"], cwd=hostile.folder, capture_output=True, check=False)
    assert hostile.mark.exists()


def test_what_the_operator_has_set_for_himself_stays(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = hostile.folder.parent / "gitconfig"
    monkeypatch.setenv("HOME", str(hostile.folder.parent))
    git(hostile.folder, "config", "--file", str(own.with_name(".gitconfig")), "filter.evil.clean", "cat")
    hostile.set("filter.evil.clean")
    hostile.set("merge.ff", "only")
    sh = reading(hostile.folder, protocols=NETWORK)
    command = sh["git"]["-C", str(hostile.folder), "config"]
    assert sh.read(command["filter.evil.clean"]) == "cat"
    assert sh.read(command["merge.ff"]) == "only"
    assert sh.read(command["core.fsmonitor"]) == "false"


@pytest.mark.parametrize("word", ["--upload-pack=touch /tmp/x", "-u", "--", "-"])
def test_a_source_that_git_would_take_for_an_option_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(UsageError, match="begins with '-'"):
        source_copy.copy(word, tmp_path / "copy.git", "master")
    assert [*tmp_path.iterdir()] == []


def test_it_is_refused_before_a_sandbox_is_emptied_for_it(tmp_path: Path) -> None:
    for name in ("github.json", "mine"):
        (tmp_path / name).write_text("{}")
    config = config_file.load(ROOT / "release.yaml")
    with pytest.raises(UsageError), sandbox.opened(tmp_path, config, "--upload-pack=x", fresh=True):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"github.json", "mine"}


def test_a_word_that_is_no_option_stays_as_it_is() -> None:
    assert plain_word("v0.2.0-rc", "version") == "v0.2.0-rc"


def test_a_folder_that_is_no_repository_is_read_as_one_without_settings(tmp_path: Path) -> None:
    sh = reading(tmp_path)
    with pytest.raises(CommandError, match="not a git repository"):
        sh.read(sh["git"]["-C", str(tmp_path), "status"])
