"""Small histories for tests, made with git's plumbing straight in a bare repository."""

from __future__ import annotations

from pathlib import Path

from releasing.rehearsal.github.git.git_objects import Person, commit_tree, references
from releasing.rehearsal.github.git.git_program import git

AUTHOR = Person("Ada", "ada@example.org")


def bare_project(path: Path) -> Path:
    """A bare repository with two commits on master, the first of them also on v0.2-branch and tagged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    git(path.parent, "init", "--quiet", "--bare", "--initial-branch=master", str(path))
    first = commit(path, "master", "README.md", "Kubeflow\n")
    git(path, "update-ref", "refs/heads/v0.2-branch", first)
    git(path, "update-ref", "refs/tags/v0.2.0", first)
    commit(path, "master", "config.txt", "one\ntwo\nthree\n")
    return path


def head(repository: Path, branch: str) -> str:
    """The commit that a branch is at."""
    return git(repository, "rev-parse", "--verify", f"refs/heads/{branch}")


def commit(repository: Path, branch: str, file: str, text: str, start: str = "master") -> str:
    """Put one file on a branch, which begins at the head of `start` when it is not there yet."""
    known = references(repository, f"refs/heads/{branch}", f"refs/heads/{start}")
    parent = known.get(f"refs/heads/{branch}", known.get(f"refs/heads/{start}"))
    listed = git(repository, "ls-tree", "-z", parent.object).split("\0")[:-1] if parent else []
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=text)
    kept = [line for line in listed if not line.endswith(f"\t{file}")]
    lines = [*kept, f"100644 blob {blob}\t{file}"]
    tree = git(repository, "mktree", "-z", stdin="".join(f"{line}\0" for line in lines))
    made = commit_tree(repository, tree, [parent.object] if parent else [], f"Write {file}\n", AUTHOR)
    git(repository, "update-ref", f"refs/heads/{branch}", made)
    return made


def text_of(repository: Path, commit_id: str, file: str) -> str:
    """The text of a file at a commit."""
    return git(repository, "show", f"{commit_id}:{file}")
