"""The sample project of a rehearsal: a bare repository with its history, and the images that exist already.

Every byte follows from sample/ and sample_history.py, so commits have the same ids on every machine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from releasing.rehearsal.own_environment import plain_git
from releasing.rehearsal.project.earlier_images import SEED, SeedImage, seed
from releasing.rehearsal.project.history import (
    MASTER,
    ODD_FILES,
    PATCHES,
    TAGS,
    File,
    Snapshot,
    Tag,
    snapshots,
)
from releasing.shell.programs import Shell

__all__ = ["SEED", "SeedImage", "create", "seed"]

TREE = Path(__file__).parent.parent / "sample"
AUTHOR = b"Sample Author <author@example.org>"


def create(repository: Path, patches: str = PATCHES) -> None:
    """Make the bare repository unless it is there, with patches on the branch `patches`; complete or not at all.

    Raises CommandError when git is missing or fails.
    """
    if repository.exists():
        return
    repository.parent.mkdir(parents=True, exist_ok=True)
    # The operator's settings (templates, hooks, line ends) play no part.
    sh = Shell(plain_git())
    git = sh["git"]
    with TemporaryDirectory(dir=repository.parent, prefix=".sample-") as scratch:
        made = Path(scratch, repository.name)
        sh.read(git["init", "--quiet", "--bare", "--template=", f"--initial-branch={MASTER}", str(made)])
        stream = b"".join(_stream(patches)).decode(errors="surrogateescape")
        sh.read(git["-C", str(made), "fast-import", "--quiet"], stdin=stream)
        try:
            made.rename(repository)
        except OSError:
            # Somebody else may have made the same one meanwhile.
            if not repository.exists():
                raise


def _stream(patches: str) -> Iterator[bytes]:
    """The history in the language of `git fast-import`; the marks are the numbers of pull requests."""
    for snapshot in snapshots(dict(sorted((_tree(TREE) | ODD_FILES).items()))):
        yield from _commit(snapshot, patches if snapshot.branch == PATCHES else snapshot.branch)
    for tag in TAGS:
        yield _tag(tag)


def _tree(folder: Path) -> dict[str, File]:
    paths = [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]
    # A Python that looked at the sample may have left its cache.
    kept = sorted(path for path in paths if "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): _file(path) for path in kept}


def _file(path: Path) -> File:
    if path.is_symlink():
        return File("120000", os.fsencode(path.readlink()))
    return File("100755" if path.stat().st_mode & 0o100 else "100644", path.read_bytes())


def _commit(snapshot: Snapshot, branch: str) -> Iterator[bytes]:
    commit = snapshot.commit
    who = b"%s %d +0000" % (AUTHOR, _noon(commit.day))
    yield b"commit refs/heads/%s\nmark :%d\n" % (branch.encode(), commit.number)
    yield b"author %s\ncommitter %s\n%s" % (who, who, _counted(commit.message.encode()))
    if snapshot.parent:
        yield b"from :%d\n" % snapshot.parent
    yield b"deleteall\n"
    for path, file in snapshot.files.items():
        yield b"M %s inline %s\n%s" % (file.mode.encode(), _named(path), _counted(file.content))


def _tag(tag: Tag) -> bytes:
    if not tag.message:
        return b"reset refs/tags/%s\nfrom :%d\n\n" % (tag.name.encode(), tag.number)
    start = b"tag %s\nfrom :%d\n" % (tag.name.encode(), tag.number)
    return start + b"tagger %s %d +0000\n%s" % (AUTHOR, _noon(tag.day), _counted(tag.message.encode()))


def _named(path: str) -> bytes:
    """A path in a line of its own; quotes make one of a path with a line break."""
    return json.dumps(path, ensure_ascii=False).encode() if "\n" in path else path.encode()


def _counted(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _noon(day: int) -> int:
    return int(datetime(2018, 7, day, 12, tzinfo=UTC).timestamp())
