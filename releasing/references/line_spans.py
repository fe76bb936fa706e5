"""The parts of a text to read around some positions: their lines, and only a part of a very long line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# Only a part of a longer line is read: a whole document may be one line.
LONG = 10_000
REACH = 1_000
_TEMPLATE_STARTS = (b"${", b"$(", b"{{")  # anything may stand in these, and in no other part of a reference
_ENDS = (b'"', b" ", b",")

Span = tuple[int, int]


def occurrences(words: Iterable[bytes], content: bytes) -> list[int]:
    """The positions of `words`, in order."""
    places = []
    for word in words:
        place = content.find(word)
        while place >= 0:
            places.append(place)
            place = content.find(word, place + len(word))
    return sorted(places)


def line_spans(content: bytes, near: Iterable[int] | None) -> Iterator[Span]:
    """Start and end of each line with a position of `near`, in order; the whole content when it is None."""
    if near is None:
        yield 0, len(content)
        return
    line_end = done = -1
    for place in near:
        if place > line_end:
            done = max(line_end, content.rfind(b"\n", line_end + 1, place)) + 1
            line_end = content.find(b"\n", place)
            line_end = len(content) if line_end < 0 else line_end
            long = line_end - done > LONG
            whole = not long or any(content.find(start, done, line_end) >= 0 for start in _TEMPLATE_STARTS)
        if place >= done:
            start, done = (done, line_end) if whole else _around(place, content, done, line_end)
            yield start, done


def _around(place: int, content: bytes, first: int, behind: int) -> Span:
    """The part of `first` to `behind` around `place` that no reference can begin before or go on behind."""
    low, high = max(first, place - REACH), min(behind, place + REACH)
    start = max(content.rfind(end, low, place) for end in _ENDS)
    ends = [found for end in _ENDS if (found := content.find(end, place, high)) >= 0]
    return first if start < 0 else start + 1, min(ends) + 1 if ends else behind
