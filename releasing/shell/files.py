"""Files that are replaced whole or not at all, and those that nobody but their owner may read."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

PUBLIC, PRIVATE = 0o644, 0o600
OTHERS = 0o077  # of a mode: what group and all others may


def replace_text(path: Path, text: str, *, private: bool = False) -> None:
    """Put `text` into `path` atomically, line ends as given, mode kept; folders above it are made.

    A `private` file, and the folders that are made for it, are for their owner alone, whatever they were before.
    """
    replace_bytes(path, text.encode(), private=private)


def replace_bytes(path: Path, content: bytes, *, private: bool = False) -> None:
    """Put `content` into `path` atomically, mode kept; folders above it are made, `private` as for a text."""
    make_folder(path.parent, private=private)
    mode = path.stat().st_mode & 0o7777 if path.exists() else PUBLIC
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(content)
        Path(scratch).chmod(mode & ~OTHERS if private else mode)
        os.replace(scratch, path)  # noqa: PTH105 - atomic on POSIX
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def append_private(path: Path, content: bytes, *, lasting: bool = False) -> None:
    """Write `content` at the end of a private file, in one piece; `lasting` waits until it is on the disk."""
    make_folder(path.parent, private=True)
    descriptor = open_private(path, os.O_WRONLY | os.O_APPEND)
    with open(descriptor, "ab") as file:  # noqa: PTH123 - a descriptor
        file.write(content)
        if lasting:
            file.flush()
            os.fsync(descriptor)


def open_private(path: Path, flags: int) -> int:
    """Open a private file, which is made when it is not there; gives its descriptor."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_mode & OTHERS:
        # As versions of this tool left it that did not care.
        with suppress(PermissionError):
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode) & ~OTHERS)
    return descriptor


def make_folder(path: Path, *, private: bool = False) -> None:
    """Make the folder `path` with those above it; those that are made are for their owner alone if `private`."""
    if not path.is_dir():
        make_folder(path.parent, private=private)
        path.mkdir(mode=0o700 if private else 0o777, exist_ok=True)
