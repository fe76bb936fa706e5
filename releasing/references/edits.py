"""Replacing spans of bytes: what a search found in one file, and the content with it replaced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Bytes `start` to `end` become `text`; `before` and `after` show it; `subject` is the image or rule."""

    start: int
    end: int
    text: bytes
    before: str
    after: str
    subject: str


@dataclass(frozen=True)
class Kept:
    """A place that stays as it is, and why; `stale` when it names a released image at another tag."""

    start: int
    written: str
    reason: str
    stale: bool
    subject: str


Finding = Edit | Kept


def apply(content: bytes, edits: Iterable[Edit]) -> bytes:
    """`content` with every edit made; the edits must not overlap."""
    pieces, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [content[done : edit.start], edit.text]
        done = edit.end
    return b"".join([*pieces, content[done:]])


def disjoint(edits: Iterable[Edit]) -> list[Edit]:
    """The edits without those that touch a span which an earlier one in the list takes."""
    kept: list[Edit] = []
    for edit in edits:
        if all(edit.end <= other.start or edit.start >= other.end for other in kept):
            kept.append(edit)
    return kept


def line_of(content: bytes, position: int) -> int:
    """The line, from 1, of a byte position."""
    return content.count(b"\n", 0, position) + 1
