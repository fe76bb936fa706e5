"""Files of a checkout: which are tracked, what they hold, and how one is replaced whole."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from errno import EISDIR, ELOOP, ENOENT, ENOTDIR
from pathlib import Path

from releasing.errors import PreconditionError


def tracked_files(checkout: Path) -> list[str]:
    """The paths that git tracks below `checkout`; every file where `checkout` is no git checkout."""
    if not any((folder / ".git").exists() for folder in (checkout, *checkout.parents)):
        return sorted(_walk(checkout))
    from releasing.shell import Shell  # noqa: PLC0415  (plumbum is half of a start, and a plain folder needs none)

    sh = Shell()
    listed = sh.read(sh["git"]["-C", str(checkout), "ls-files", "-z"], pending="tracked files")
    # A file in conflict is listed once for each side.
    return list(dict.fromkeys(path for path in listed.split("\0") if path))


def contents(checkout: Path, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each path that is a regular file, with its bytes; links, submodules and deleted files are left out.

    Raises PreconditionError for a file that may not be read.
    """
    for path in paths:
        content = _content(checkout, path)
        if content is not None:
            yield path, content


def replace_content(path: Path, before: bytes, content: bytes) -> None:
    """Put `content` in place of `before` at once: a reader sees the one or the other. The mode stays.

    Raises PreconditionError when the file holds something else by now.
    """
    if path.read_bytes() != before:
        raise PreconditionError(f"{path}: changed while it was being rewritten", "run the same command again")
    # One fixed name: a killed run's leftover is taken over by the next run.
    beside = path.with_name(f".{path.name}.rewrite")
    beside.write_bytes(content)
    beside.chmod(stat.S_IMODE(path.stat().st_mode))
    beside.replace(path)


def _content(checkout: Path, path: str) -> bytes | None:
    try:
        with open(checkout / path, "rb", buffering=0, opener=_open_no_link) as file:
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError as error:
        if error.errno in {ENOENT, ENOTDIR, EISDIR, ELOOP}:
            return None
        raise PreconditionError(f"{checkout / path}: cannot be read: {error.strerror}") from None


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _walk(checkout: Path) -> Iterator[str]:
    for folder, _, names in os.walk(checkout):
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), checkout)  # noqa: PTH118  (thousands of them)
