"""Two contents of one file as a unified diff that `git apply` accepts, in time linear in their size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

_CONTEXT = 3
_ESCAPED = re.compile(rb'[\x00-\x1f"\\\x7f]')

Block = tuple[int, int]  # lines that differ, from 0: the first, and the one behind the last


def unified_diff(path: str, before: bytes, after: bytes) -> Iterator[bytes]:
    """The lines of the diff from `before` to `after`; empty when they are the same."""
    old, new = _lines(before), _lines(after)
    name = path.encode(errors="surrogateescape")
    hunks = list(_hunks(_blocks(old, new)))
    if hunks:
        yield b"--- %s\n+++ %s\n" % (_named(b"a/" + name), _named(b"b/" + name))
    for hunk in hunks:
        for line in _hunk(old, new, hunk):
            yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[bytes]:
    # Only \n ends a line of a diff; splitlines would also split at \r and form feeds.
    return re.findall(rb"[^\n]*\n|[^\n]+\Z", content)


def _blocks(old: list[bytes], new: list[bytes]) -> list[Block]:
    """The differing parts of `old`: line by line, or one block when the number of lines differs."""
    if len(old) == len(new):
        differing = [place for place, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
        runs = [[*run] for _, run in groupby(enumerate(differing), key=lambda each: each[1] - each[0])]
        return [(run[0][1], run[-1][1] + 1) for run in runs]
    shorter = min(len(old), len(new))
    first = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    rest = shorter - first
    same = next((place for place in range(rest) if old[-1 - place] != new[-1 - place]), rest)
    return [(first, len(old) - same)]


def _hunks(blocks: list[Block]) -> Iterator[list[Block]]:
    """The blocks, joined where their contexts touch."""
    hunk: list[Block] = []
    for block in blocks:
        if hunk and block[0] - hunk[-1][1] > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(block)
    if hunk:
        yield hunk


def _hunk(old: list[bytes], new: list[bytes], blocks: list[Block]) -> Iterator[bytes]:
    more = len(new) - len(old)  # only ever in the one block there is
    start, end = max(blocks[0][0] - _CONTEXT, 0), min(blocks[-1][1] + _CONTEXT, len(old))
    yield b"@@ -%s +%s @@\n" % (_range(start, end), _range(start, end + more))
    for first, behind in blocks:
        yield from (b" " + line for line in old[start:first])
        yield from (b"-" + line for line in old[first:behind])
        yield from (b"+" + line for line in new[first : behind + more])
        start = behind
    yield from (b" " + line for line in old[start:end])


def _range(start: int, end: int) -> bytes:
    return b"%d,%d" % (start + (end > start), end - start)


def _named(path: bytes) -> bytes:
    """The path as git reads it: special characters escaped in quotes, a path with a blank ended by a tab."""
    if _ESCAPED.search(path):
        return b'"%s"' % _ESCAPED.sub(lambda found: b"\\%03o" % ord(found[0]), path)
    return path + b"\t" if b" " in path else path
