"""What a rewrite of references changes and leaves alone: as data, as a unified diff, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from releasing.references.unified_diff import unified_diff


@dataclass(frozen=True)
class SyntaxFault:
    """The line of `path` where its parser stopped, and the parser's message."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class FileChange:
    """One place that reads `after` where it read `before`."""

    path: str
    line: int
    before: str
    after: str


@dataclass(frozen=True)
class Left:
    """One place that stays, and why; `stale` when it names a released image at another tag."""

    path: str
    line: int
    written: str
    reason: str
    stale: bool


@dataclass(frozen=True)
class Rewrite:
    """One file's content before and after, and the differences; `held` places already have the wanted value."""

    path: str
    before: bytes
    after: bytes
    changes: tuple[FileChange, ...]
    held: int


@dataclass(frozen=True)
class ReferenceReport:
    """What a rewrite would do; `rewrites` has only files that differ.

    `held` counts places that already have the wanted value, `unfound` lists what no file mentions, `absent` the pins
    whose file is absent and may be, `broken` the rewritten files that did not parse before, `refused` the files that
    would no longer parse.
    """

    rewrites: tuple[Rewrite, ...]
    left: tuple[Left, ...]
    held: int
    unfound: tuple[str, ...]
    broken: tuple[SyntaxFault, ...]
    refused: tuple[SyntaxFault, ...]
    absent: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """Every place that would change; empty when all references already have the wanted values."""
        return tuple(change for rewrite in self.rewrites for change in rewrite.changes)

    @property
    def stale(self) -> tuple[Left, ...]:
        """Places where a released image will still be at another tag."""
        return tuple(left for left in self.left if left.stale)


def diff(report: ReferenceReport) -> bytes:
    """The rewrites as one unified diff that `git apply` takes."""
    return b"".join(
        line
        for rewrite in report.rewrites
        for line in unified_diff(rewrite.path, rewrite.before, rewrite.after)
    )


def as_text(report: ReferenceReport, verb: str) -> str:
    """The report for people; `verb` tells changes from planned changes."""
    return "\n".join(_text(report, verb))


def as_json(report: ReferenceReport, written: bool) -> str:
    """The report for programs."""
    import json  # noqa: PLC0415  (most runs print no JSON)

    content = {
        "written": written,
        "changed": [vars(change) for change in report.changes],
        "left": [vars(left) for left in report.left],
        "held": report.held,
        "unfound": list(report.unfound),
        "absent": list(report.absent),
        "broken": [vars(fault) for fault in report.broken],
        "refused": [vars(fault) for fault in report.refused],
    }
    return json.dumps(content, indent=2)


def _text(report: ReferenceReport, verb: str) -> Iterator[str]:
    changes = report.changes
    yield f"{verb}: {len(changes)} in {len(report.rewrites)} files; already correct: {report.held}"
    yield from (f"  {change.path}:{change.line}: {change.before} -> {change.after}" for change in changes)
    yield from _section("Left alone, still at another tag", report.stale)
    yield from _section("Left alone", [left for left in report.left if not left.stale])
    for name in report.unfound:
        yield f"No file mentions {name}"
    for pin in report.absent:
        yield f"File absent (allowed by if-present): {pin}"
    for found in report.broken:
        yield f"Did not parse before the rewrite either: {found}"


def _section(title: str, left: Iterable[Left]) -> Iterator[str]:
    for reason, group in groupby(sorted(left, key=lambda one: one.reason), key=lambda one: one.reason):
        yield f"{title} ({reason}):"
        yield from (f"  {one.path}:{one.line}: {one.written}" for one in group)
