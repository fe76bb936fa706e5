"""Files of a checkout: which are tracked, which contain a word, their content, and atomic replacement."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from errno import EISDIR, ELOOP, ENOENT, ENOTDIR
from pathlib import Path

from releasing.errors import CommandError, PreconditionError
from releasing.shell.git_guard import reading

# The settings that people have for `git grep` have no effect here.
_OPTIONS = ("--text", "--fixed-strings", "--no-color", "--no-full-name", "--no-recurse-submodules")
_GREP = ("grep", "--files-with-matches", "--null", *_OPTIONS)
_BESIDE = ".update_references.part"


class Search:
    """A search in a checkout, which git begins at once: the files it tracks, and those that contain a word."""

    def __init__(self, folder: Path, words: Collection[str], without: Collection[str] = ()) -> None:
        """Search for `words` in the files that git tracks below `folder`, but not below any folder in `without`.

        Outside of a git checkout every file counts as tracked, and may contain a word.
        """
        self.folder = folder
        self.asked = any((each / ".git").exists() for each in (folder, *folder.parents))
        self.narrow = self.asked and bool(words)
        sh = reading(folder)
        git = sh["git"]["-C", str(folder)]
        options = [option for word in words for option in ("-e", word)]
        others = [f":(exclude,glob)**/{name}/**" for name in without]
        if self.asked:
            self.listed = sh.begin(git["ls-files", "-z", "-v", "--stage"])
        if self.narrow:
            self.found = sh.begin(git[*_GREP, *options, "--", *others])

    def paths(self, also: Collection[str] = ()) -> list[str]:
        """In git's order, the files that may contain one of the words, those of `also`, and unreadable ones.

        All files when `words` is empty. Raises CommandError.
        """
        if not self.asked:
            return sorted(_walk(self.folder))
        entries = self._entries()
        if not self.narrow:
            return [*entries]
        # git would skip a file that it may not read.
        closed = {path for path in entries if not os.access(f"{self.folder}/{path}", os.R_OK)}
        # git reads a marked file (assume-unchanged, skip-worktree) from the index, and does not read a link.
        unasked = {path for path, head in entries.items() if not head.startswith("H 100")}
        wanted = closed.union(unasked, also, self._having())
        return [path for path in entries if path in wanted]

    def _entries(self) -> dict[str, str]:
        """Each path with git's letter for its state, its mode and its object."""
        try:
            listed = [entry.partition("\t") for entry in self.listed().split("\0") if entry]
        except CommandError:
            if self.narrow:
                with suppress(CommandError):
                    self.found()
            raise
        # A file in conflict is listed once for each side.
        return {path: head for head, _, path in listed}

    def _having(self) -> list[str]:
        """The paths where git finds a word; git exits 1 without a message when it finds none."""
        try:
            return self.found().split("\0")
        except CommandError as error:
            if error.said:
                raise
            return []


def tracked_files(folder: Path) -> list[str]:
    """The paths that git tracks below `folder`; every file outside of a git checkout. Raises CommandError."""
    return Search(folder, ()).paths()


def contents(folder: Path, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each path that is a regular file, with its bytes; links, submodules and deleted files are left out.

    Raises PreconditionError for a file that may not be read.
    """
    for path in paths:
        content = _content(str(folder), path)
        if content is not None:
            yield path, content


def replace_content(path: Path, before: bytes, content: bytes) -> None:
    """Replace `before` by `content` atomically: a reader sees one or the other. The mode stays.

    Raises PreconditionError when the file has changed meanwhile, or cannot be written.
    """
    try:
        if path.read_bytes() != before:
            raise PreconditionError(
                f"{path}: changed while it was being rewritten", "repeat the same command"
            )
        # One fixed name: the next run replaces what a killed run left.
        beside = path.with_name(_BESIDE)
        beside.unlink(missing_ok=True)
        with beside.open("xb") as file:
            file.write(content)
            _own(file.fileno(), path.stat())
        beside.replace(path)
    except OSError as error:
        raise PreconditionError(
            f"{path}: cannot be written: {error.strerror}", "correct that, then repeat the same command"
        ) from None


def _own(descriptor: int, like: os.stat_result) -> None:
    """Give the open file the mode of `like`, and its owner if permitted."""
    with suppress(PermissionError):
        os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def _content(folder: str, path: str) -> bytes | None:
    try:
        if _behind_link(folder, path):
            return None
        with open(f"{folder}/{path}", "rb", buffering=0, opener=_open_no_link) as file:
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError as error:
        if error.errno in {ENOENT, ENOTDIR, EISDIR, ELOOP}:
            return None
        raise PreconditionError(f"{folder}/{path}: cannot be read: {error.strerror}") from None


def _behind_link(folder: str, path: str) -> bool:
    """Whether a folder of `path` is now a link: files behind it are not tracked here."""
    above = path.rpartition("/")[0]
    return bool(above) and (os.path.islink(f"{folder}/{above}") or _behind_link(folder, above))  # noqa: PTH114


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _walk(checkout: Path) -> Iterator[str]:
    for folder, _, names in os.walk(checkout):
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), checkout)  # noqa: PTH118  (thousands of them)
