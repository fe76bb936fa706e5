"""What people committed: the lines of a commit on which they moved an image tag, read from a git repository."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

from tests.support.tag_moves import Move, moves

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_VALUE = re.compile(r"([:@=] ?[\"']?|\bstring )[^\s\"',;)]+")
_PATCH = ("diff-tree", "-p", "-r", "-U0", "--full-index", "--no-ext-diff", "--no-color")


@dataclass(frozen=True)
class Line:
    """A line that people changed: its number and text before, its text after, and the moves on it."""

    number: int
    before: str
    after: str
    moves: tuple[Move, ...]

    @property
    def literal(self) -> tuple[Move, ...]:
        """The moves from one tag to another, not from or to an expression."""
        return tuple(move for move in self.moves if move.literal)


@dataclass(frozen=True)
class File:
    """A file that a commit changed: its content before, the lines with moves, and every line that went."""

    path: str
    before: str
    lines: tuple[Line, ...]
    changed: frozenset[int]


class Repository:
    """A git repository, read through git; contents are bytes as latin-1 text, so that nothing is lost."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str, stdin: str = "") -> str:
        """What git prints. Raises CalledProcessError."""
        command = ["git", "-c", "core.quotePath=false", "-C", str(self.folder), *words]
        done = subprocess.run(command, input=stdin.encode("latin-1"), capture_output=True, check=True)
        return done.stdout.decode("latin-1")

    def commits(self, *revisions: str) -> list[tuple[str, str]]:
        """Each commit with its parent, oldest first; merges and first commits are left out."""
        lines = self.git("rev-list", "--reverse", "--no-merges", "--parents", *revisions).splitlines()
        return [(line.split()[0], line.split()[1]) for line in lines if " " in line]

    def tree(self, commit: str) -> dict[str, str]:
        """Path and content of every regular file at `commit`."""
        rows = [row.split("\t") for row in self.git("ls-tree", "-r", "-z", commit).split("\0")[:-1]]
        files = {path: fields.split()[2] for fields, path in rows if fields.startswith("100")}
        contents = self._blobs(files.values())
        return {path: contents[blob] for path, blob in files.items() if blob in contents}

    def files(self, parent: str, commit: str) -> list[File]:
        """The files of a commit with moves on their lines."""
        sections = re.split(r"^diff --git .*\n", self._patch(parent, commit), flags=re.MULTILINE)[1:]
        hit = [(section, moved) for section in sections if (moved := tuple(_lines(section)))]
        blobs = {section: _found(r"^index (\w+)\.\.", section) for section, _ in hit}
        contents = self._blobs(blobs.values())
        return [
            File(_found(r"^--- a/([^\t\n]*)", section), content, _named(content, moved), _gone(section))
            for section, moved in hit
            if (content := contents.get(blobs[section])) is not None
        ]

    def _patch(self, parent: str, commit: str) -> str:
        try:
            return self.git(*_PATCH, "-M", "--diff-filter=MR", parent, commit)
        except subprocess.CalledProcessError:
            # In a partial clone some contents are absent: then only what is there, renames not looked for.
            paths = [f":(literal){path}" for path in self._readable(parent, commit)]
            return self.git(*_PATCH, "--no-renames", parent, commit, "--", *paths) if paths else ""

    def _readable(self, parent: str, commit: str) -> list[str]:
        listed = self.git("diff-tree", "-r", "--no-renames", "--no-abbrev", "--diff-filter=M", parent, commit)
        rows = [line.split("\t") for line in listed.splitlines()]
        found = self._blobs(blob for fields, _ in rows for blob in fields.split()[2:4])
        return [path for fields, path in rows if found.keys() >= {*fields.split()[2:4]}]

    def _blobs(self, objects: Iterable[str]) -> dict[str, str]:
        """The contents of those objects that are there."""
        asked = list(dict.fromkeys(objects))
        answer = self.git("cat-file", "--batch", stdin="".join(f"{each}\n" for each in asked))
        found, at = {}, 0
        for each in asked:
            end = answer.index("\n", at)
            header, at = answer[at:end], end + 1
            if not header.endswith(" missing"):
                size = int(header.split()[2])
                found[each], at = answer[at : at + size], at + size + 1
        return found


def _found(pattern: str, section: str) -> str:
    found = re.search(pattern, section, re.MULTILINE)
    return found[1] if found else ""


def _gone(section: str) -> frozenset[int]:
    spans = [(int(hunk[1]), int(hunk[2] or 1)) for hunk in _HUNK.finditer(section)]
    return frozenset(line for start, count in spans for line in range(start, start + count))


def _lines(section: str) -> Iterator[Line]:
    for hunk in re.split(r"^(?=@@ -)", section, flags=re.MULTILINE)[1:]:
        first = int(hunk.split(None, 2)[1].lstrip("-").partition(",")[0])
        body = hunk.split("\n")[1:]
        old, new = ([line[1:] for line in body if line.startswith(sign)] for sign in "-+")
        for index, other in _pairs(old, new):
            if found := tuple(moves(old[index], new[other])):
                yield Line(first + index, old[index], new[other], found)


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[int, int]]:
    """Which line became which: those that differ in values only, then those of blocks of one length."""
    before, after = ([_VALUE.sub(r"\1", line) for line in lines] for lines in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for what, start, end, other, other_end in matcher.get_opcodes():
        if what == "equal" or (what == "replace" and end - start == other_end - other):
            yield from zip(range(start, end), range(other, other_end), strict=True)


def _named(content: str, lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, each newTag with the name that its entry of a kustomization pulls."""
    rows = content.split("\n")
    return tuple(
        replace(line, moves=tuple(_of_entry(move, rows, line.number - 1) for move in line.moves))
        for line in lines
    )


def _of_entry(move: Move, rows: list[str], index: int) -> Move:
    if move.kind != "newTag":
        return move
    first = next(at for at in range(index, -1, -1) if rows[at].lstrip().startswith("- ") or at == 0)
    last = next((at for at in range(index + 1, len(rows)) if not rows[at].startswith("  ")), len(rows))
    block = "\n".join(rows[first:last]).split("\n- ")[0]
    named = dict(re.findall(r"^[-\s]*(newName|name): *[\"']?([^\s\"']+)", block, re.MULTILINE))
    return replace(move, name=str(named.get("newName", named.get("name", ""))))
