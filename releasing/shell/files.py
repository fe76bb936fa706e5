"""Files that are written whole or not at all, private where nobody else may read them, and read up to a size."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from releasing.errors import ConfigError, MachineError, PreconditionError, ReleaseError

PUBLIC, PRIVATE = 0o644, 0o600
OTHERS = 0o077  # of a mode: what group and all others may
MOST = 64 * 1024 * 1024  # bytes of a file that people write
HINTS = {
    errno.ENOSPC: "make room on its disk; then the same command goes on from here",
    errno.EDQUOT: "make room in your quota; then the same command goes on from here",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f); then the same command goes on from here",
    errno.EMFILE: "raise the limit of open files (ulimit -n 1024); then the same command goes on from here",
    errno.ENFILE: "end programs with many open files; then the same command goes on from here",
    errno.ENOMEM: "end programs that need much memory; then the same command goes on from here",
    errno.EROFS: "its disk is mounted read-only; with another one the same command goes on from here",
    errno.EIO: "the disk may be broken: look at the system's log",
}
FORM = {errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG}


def replace_text(path: Path, text: str, *, private: bool = False) -> None:
    """Put `text` into `path` atomically, line ends as given, mode kept; missing folders are created.

    A `private` file, and the folders that are made for it, are for their owner alone, whatever they were before.
    """
    replace_bytes(path, text.encode(), private=private)


def replace_bytes(path: Path, content: bytes, *, private: bool = False) -> None:
    """Put `content` into `path` atomically, mode kept, `private` as for a text. Raises MachineError."""
    import tempfile  # noqa: PLC0415 - slow to load, and many a program writes nothing

    with writing(path):
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
    """Add `content` to a private file, whole or not at all; `lasting` waits until it is on the disk.

    Missing folders are created. Raises MachineError.
    """
    with writing(path):
        make_folder(path.parent, private=True)
        descriptor = open_private(path, os.O_WRONLY | os.O_APPEND)
        with open(descriptor, "ab", buffering=0) as file:  # noqa: PTH123 - a descriptor
            before = os.fstat(descriptor).st_size
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[file.write(rest) :]
                if lasting:
                    os.fsync(descriptor)
            except OSError:
                with suppress(OSError):
                    file.truncate(before)
                raise


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


def read_bounded(path: Path, most: int = MOST) -> bytes:
    """The bytes of `path`; ConfigError when there are more than `most`, and OSError when it cannot be read."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ConfigError(
            f"{path}: longer than {most} bytes, which is more than anybody writes",
            f"look at it: ls -l {path}",
        )
    return content


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name `path` in the MachineError that stands for an OSError of the block."""
    try:
        yield
    except OSError as error:
        raise MachineError(f"{path}: cannot be written: {error.strerror or error}", _hint(error)) from None


def told(error: OSError) -> ReleaseError:
    """An OSError as a release manager sees it: a path that does not fit is a precondition, a full machine is not."""
    where = error.filename if isinstance(error.filename, str | bytes) else "this machine"
    text = f"{os.fsdecode(where)}: {error.strerror or error}"
    kind = PreconditionError if error.errno in FORM else MachineError
    return kind(text, _hint(error))


def _hint(error: OSError) -> str:
    return HINTS.get(error.errno or 0, "")
