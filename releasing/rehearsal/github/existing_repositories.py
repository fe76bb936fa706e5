"""Repositories that are there before a rehearsal begins, such as those of the operators, with their releases."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from releasing.rehearsal.github.git.git_objects import Person, commit_tree
from releasing.rehearsal.github.git.git_program import git
from releasing.rehearsal.github.state import ReleaseRecord, Repository, State

FOUNDER = Person("GitHub", "noreply@github.com")


def found(
    root: Path, full_name: str, releases: Iterable[tuple[str, bool]] = (), files: Iterable[Path] = ()
) -> Repository:
    """Make `owner/name` below the root with one commit, and publish `releases`: tag and whether it is a prerelease.

    The commit has copies of `files` at the top.

    A repository that is there already is left alone.
    """
    owner, _, name = full_name.partition("/")
    repository = Repository(root, owner, name)
    if repository.path.exists():
        return repository
    scratch = repository.path.with_suffix(".partial")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.parent.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--bare", "--initial-branch=master", str(scratch))
    commit = commit_tree(scratch, _tree(scratch, files), [], f"Found {full_name}\n", FOUNDER)
    git(scratch, "update-ref", "refs/heads/master", commit)
    tags = list(releases)
    for tag, _ in tags:
        git(scratch, "update-ref", f"refs/tags/{tag}", commit)
    now = time.time()
    published = tuple(
        ReleaseRecord(number, tag, "master", tag, None, False, prerelease, owner, now + number, now + number)
        for number, (tag, prerelease) in enumerate(tags, start=1)
    )
    repository.write(State(last_id=len(published), releases=published))
    # Last, so that a repository that is there is whole.
    scratch.rename(repository.path)
    return repository


def _tree(repository: Path, files: Iterable[Path]) -> str:
    rows = []
    for file in sorted(files):
        blob = git(repository, "hash-object", "-w", str(file.resolve()))
        rows.append(f"{'100755' if os.access(file, os.X_OK) else '100644'} blob {blob}\t{file.name}\n")
    return git(repository, "mktree", stdin="".join(rows))
