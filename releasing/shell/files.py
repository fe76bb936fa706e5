"""Atomic replacement of files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Put `text` into `path` atomically, line ends as given, mode kept; missing folders are created."""
    replace_bytes(path, text.encode())


def replace_bytes(path: Path, content: bytes) -> None:
    """Put `content` into `path` atomically, mode kept; missing folders are created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o644
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(content)
        Path(scratch).chmod(mode)
        os.replace(scratch, path)  # noqa: PTH105 - atomic on POSIX
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
