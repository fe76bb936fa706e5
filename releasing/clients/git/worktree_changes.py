"""What somebody changed in a worktree, without the files that are dirty right after a clone.

Where .gitattributes are newer than contents (line ends, encodings, ident), git calls files modified that it wrote
itself. A file counts as changed when its bytes are neither those of the commit nor those of a fresh checkout.
"""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from releasing.shell.programs import Shell

MODIFIED = " M "  # in the worktree, not in the index
LENGTHS = {40: "sha1", 64: "sha256"}  # of object ids


def changes(sh: Shell, folder: Path, *options: str) -> list[str]:
    """The lines of `git status --porcelain` with `options` in `folder` that somebody's changes cause."""
    git = sh["git"]["-C", str(folder)]
    lines = sh.read(git[("status", "--porcelain", *options)]).splitlines()
    if not any(line.startswith(MODIFIED) for line in lines):
        return lines
    top = Path(sh.read(git["rev-parse", "--show-toplevel"]))
    written = {*_as_written(sh, top)}
    quoted = sh.read(git[("status", "--porcelain", "-z", *options)]).split("\0")
    return [line for line, path in _paired(lines, quoted) if path not in written]


def _paired(lines: list[str], entries: list[str]) -> Iterator[tuple[str, str]]:
    """Each line with the path that it names, when it is one of a modified file; else with none."""
    paths = iter([entry[3:] for entry in entries if entry.startswith(MODIFIED)])
    for line in lines:
        yield line, next(paths, "") if line.startswith(MODIFIED) else ""


def _as_written(sh: Shell, top: Path) -> Iterator[str]:
    """The paths, from the top, of modified files that are as git wrote them."""
    git = sh["git"]["-C", str(top)]
    modified = {*sh.read(git["diff-files", "--name-only", "-z", "--diff-filter=M"]).split("\0")} - {""}
    for row in sh.read(git["ls-files", "--stage", "-z"]).split("\0"):
        head, _, path = row.partition("\t")
        if path in modified:
            mode, identity, _stage = head.split(" ")
            if _is_as_written(sh, top, path, mode, identity):
                yield path


def _is_as_written(sh: Shell, top: Path, path: str, mode: str, identity: str) -> bool:
    file = top / path
    if mode not in ("100644", "100755") or not file.is_file() or file.is_symlink():
        return False
    if bool(file.stat().st_mode & stat.S_IXUSR) != (mode == "100755"):
        return False
    content = file.read_bytes()
    if _identity(content, identity) == identity:
        return True
    git = sh["git"]["-C", str(top)]
    return sh.output(git["cat-file", "--filters", f"--path={path}", identity]) == content


def _identity(content: bytes, like: str) -> str:
    """The id of a blob with that content, in the form of the id `like`."""
    return hashlib.new(LENGTHS[len(like)], b"blob %d\0%b" % (len(content), content)).hexdigest()
