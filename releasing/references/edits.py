"""Replacing spans of bytes: what a search found in one file, and the content after the edits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Bytes `start` to `end` become `text`; `before` and `after` show it; `subject` is the image or rule.

    `base` where the image is the base of a build.
    """

    start: int
    end: int
    text: bytes
    before: str
    after: str
    subject: str
    base: bool = False


@dataclass(frozen=True)
class Kept:
    """A place that stays as it is, and why; `stale` when it names a released image at another tag."""

    start: int
    written: str
    reason: str
    stale: bool
    subject: str
    base: bool = False


Finding = Edit | Kept


def apply(content: bytes, edits: Iterable[Edit]) -> bytes:
    """`content` after every edit; the edits must not overlap."""
    pieces, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [content[done : edit.start], edit.text]
        done = edit.end
    return b"".join([*pieces, content[done:]])


def disjoint(edits: Iterable[Edit]) -> list[Edit]:
    """The edits without those that overlap an earlier edit in the list."""
    kept: list[Edit] = []
    starts: list[int] = []
    ends: list[int] = []
    for edit in edits:
        place = bisect_right(ends, edit.start)
        if place == len(starts) or edit.end <= starts[place]:
            starts.insert(place, edit.start)
            ends.insert(place, edit.end)
            kept.append(edit)
    return kept


def line_of(content: bytes, position: int) -> int:
    """The line, from 1, of a byte position."""
    return content.count(b"\n", 0, position) + 1


class LineCounter:
    """The lines of byte positions that mostly grow: each is counted from the one before."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0
        self._line = 1

    def line_of(self, position: int) -> int:
        """The line, from 1, of a byte position."""
        first, last = sorted((self._position, position))
        between = self._content.count(b"\n", first, last)
        self._line += between if position >= self._position else -between
        self._position = position
        return self._line


def lines_of(content: bytes, positions: Iterable[int]) -> dict[int, int]:
    """The line of each of many byte positions, in one reading of the content."""
    lines, line, done = {}, 1, 0
    for position in sorted(positions):
        line += content.count(b"\n", done, position)
        done = position
        lines[position] = line
    return lines
