"""What the local GitHub reads from and writes to a bare repository, with the real git.

Rule: git's own plumbing (`for-each-ref`, `log`, `diff`, `merge-tree --write-tree`, which needs git 2.38).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from releasing.errors import CommandError
from releasing.rehearsal.github.git.git_program import finished, git, succeeds

RECORD = "%x00".join(["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B", ""])
FIELDS = RECORD.count("%x00")
ZERO = "0" * 40
CHANGES: dict[str, Literal["added", "removed", "modified", "changed"]] = {
    "A": "added",
    "D": "removed",
    "M": "modified",
    "T": "changed",
}


@dataclass(frozen=True)
class Person:
    """Who made a commit, and when (ISO 8601; empty means now)."""

    name: str
    email: str
    date: str = ""


@dataclass(frozen=True)
class StoredCommit:
    """One commit as `git log` tells it."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str


@dataclass(frozen=True)
class StoredRef:
    """A full ref name, the object that it holds, and its type: `commit`, or `tag` when annotated."""

    name: str
    object: str
    type: str


@dataclass(frozen=True)
class TagObject:
    """An annotated tag: its own id, its name, and the object that it points to."""

    id: str
    name: str
    target: str
    target_type: str
    tagger: Person
    message: str


@dataclass(frozen=True)
class ChangedFile:
    """A path that differs between two commits; `blob` is its object afterwards, or before if removed."""

    path: str
    status: Literal["added", "removed", "modified", "changed"]
    blob: str
    additions: int
    deletions: int


def references(repository: Path, *which: str) -> dict[str, StoredRef]:
    """The refs that the words of `git for-each-ref` choose (all without one), by full name."""
    shown = git(repository, "for-each-ref", "--format=%(refname) %(objectname) %(objecttype)", *which)
    found = (StoredRef(*line.split(" ")) for line in shown.splitlines())
    return {reference.name: reference for reference in found}


def branch_commit(repository: Path, branch: str) -> str | None:
    """The commit at the head of a branch; None when there is no such branch.

    It is read as git keeps it (gitrepository-layout(5)): a file for each ref, or else a line of packed-refs. A push
    that packs refs writes the line before it takes the file away.
    """
    name = f"refs/heads/{branch}"
    if ".." in name.split("/"):
        return None
    with suppress(OSError):
        return _object_id((repository / name).read_text(encoding="utf-8"))
    with suppress(FileNotFoundError):
        for line in (repository / "packed-refs").read_text(encoding="utf-8").splitlines():
            if line.endswith(f" {name}"):
                return _object_id(line.partition(" ")[0])
    return None


def _object_id(text: str) -> str | None:
    return text.strip() if re.fullmatch(r"[0-9a-f]{40}\s*", text) else None


def default_branch(repository: Path) -> str:
    """The branch that HEAD names."""
    return (repository / "HEAD").read_text(encoding="utf-8").strip().removeprefix("ref: refs/heads/")


def commit_named(repository: Path, name: str) -> str | None:
    """The commit that a branch, a tag, a commit or an abbreviation of one names; None when there is none."""
    done = finished(
        repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    )
    return done.out.strip() or None


def commits(repository: Path, ids: Sequence[str]) -> list[StoredCommit]:
    """The commits with these ids, in this order."""
    if not ids:
        return []
    shown = git(
        repository, "log", "--no-walk=unsorted", "--stdin", f"--format={RECORD}", stdin="\n".join(ids) + "\n"
    )
    parts = shown.split("\0")
    return [_commit(parts[at : at + FIELDS]) for at in range(0, len(parts) - 1, FIELDS)]


def _commit(parts: list[str]) -> StoredCommit:
    commit, tree, parents, name, email, date, committer, committer_email, committed, message = parts
    return StoredCommit(
        id=commit.lstrip("\n"),
        tree=tree,
        parents=tuple(parents.split()),
        author=Person(name, email, date),
        committer=Person(committer, committer_email, committed),
        message=message.rstrip("\n"),
    )


def tag_object(repository: Path, id_: str) -> TagObject | None:
    """The annotated tag with this id; None when there is none."""
    done = finished(repository, ["cat-file", "tag", id_])
    if done.code != 0:
        return None
    head, _, message = done.out.partition("\n\n")
    said = dict(line.split(" ", 1) for line in head.splitlines())
    name, _, rest = said["tagger"].partition(" <")
    email, _, when = rest.partition("> ")
    date = datetime.fromtimestamp(int(when.split()[0]), UTC).isoformat()
    return TagObject(
        id_, said["tag"], said["object"], said["type"], Person(name, email, date), message.rstrip("\n")
    )


def history(repository: Path, *revisions: str) -> list[str]:
    """Commit ids that the revisions reach (`^X` leaves out what X reaches), newest first."""
    return git(repository, "rev-list", *revisions, "--").split()


def is_ancestor(repository: Path, old: str, young: str) -> bool:
    """Whether `young` contains `old`."""
    return succeeds(repository, "merge-base", "--is-ancestor", old, young)


def merge_base(repository: Path, one: str, other: str) -> str | None:
    """The best common ancestor of two commits; None when they have none."""
    return finished(repository, ["merge-base", one, other]).out.split("\n")[0] or None


def file_changes(repository: Path, base: str, head: str) -> list[ChangedFile]:
    """What `head` changed since it left `base`; a renamed file is one removed and one added."""
    form = ["--raw", "--numstat", "--no-renames", "--no-abbrev", "-z"]
    fields = git(repository, "diff", *form, f"{base}...{head}", "--").split("\0")
    # Per file first two fields (":modes blobs letter", path), after those one ("added<TAB>deleted<TAB>path").
    files = len(fields) // 3
    raws = dict(zip(fields[1 : 2 * files : 2], fields[: 2 * files : 2], strict=True))
    counts = [field.split("\t", 2) for field in fields[2 * files : 3 * files]]
    return [_file_change(path, raws[path].split(), added, deleted) for added, deleted, path in counts]


def _file_change(path: str, raw: list[str], added: str, deleted: str) -> ChangedFile:
    before, after, letter = raw[2:]
    return ChangedFile(
        path=path,
        status=CHANGES[letter],
        blob=before if after == ZERO else after,
        # Git counts no lines in a binary file and prints "-".
        additions=int(added.replace("-", "0")),
        deletions=int(deleted.replace("-", "0")),
    )


def difference(repository: Path, base: str, head: str, form: str) -> bytes:
    """What `head` changes since it left `base`: as one `diff`, or as a `patch` for each commit."""
    words = (
        ("format-patch", "--stdout", f"{base}..{head}") if form == "patch" else ("diff", f"{base}...{head}")
    )
    return finished(repository, words).out.encode()


def merged_tree(repository: Path, base: str, head: str) -> str | None:
    """The tree of `head` merged into `base`; None when they conflict."""
    done = finished(repository, ["merge-tree", "--write-tree", "--no-messages", base, head])
    if done.code not in (0, 1):
        raise CommandError(f"git merge-tree in {repository}: {done.error.strip()}")
    return done.out.split()[0] if done.code == 0 else None


GITHUB = Person("GitHub", "noreply@github.com")


def commit_tree(
    repository: Path,
    tree: str,
    parents: Sequence[str],
    message: str,
    author: Person,
    committer: Person = GITHUB,
) -> str:
    """Write a commit by `author`, committed by GitHub as its merge button does, or by `committer`; give its id."""
    identity = {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_COMMITTER_NAME": committer.name,
        "GIT_COMMITTER_EMAIL": committer.email,
    }
    named = [word for parent in parents for word in ("-p", parent)]
    done = finished(repository, ["commit-tree", *named, tree], message, identity)
    if done.code != 0:
        raise CommandError(f"git commit-tree in {repository}: {done.error.strip()}")
    return done.out.strip()


def moved(repository: Path, name: str, to: str, expected: str) -> bool:
    """Move the ref `name` to `to` if it is still at `expected` (ZERO: does not exist); say whether it was."""
    return succeeds(repository, "update-ref", "--no-deref", name, to, expected)
