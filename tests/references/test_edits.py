"""Replacing spans."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releasing.references.edits import Edit, LineCounter, apply, disjoint, line_of, lines_of

pytestmark = pytest.mark.interpreter


def edit(start: int, end: int, text: bytes) -> Edit:
    return Edit(start, end, text, "", "", "")


def test_edits_apply_in_any_order_and_leave_the_rest() -> None:
    assert apply(b"abcdef", [edit(4, 5, b"E"), edit(0, 2, b"-")]) == b"-cdEf"


def test_of_overlapping_edits_the_first_stays() -> None:
    first, second, before, behind = edit(2, 4, b"x"), edit(3, 5, b"y"), edit(0, 2, b"v"), edit(4, 5, b"z")
    assert disjoint([first, second, before, behind]) == [first, before, behind]


def test_lines_count_from_one() -> None:
    assert [line_of(b"a\nb\n", at) for at in (0, 2)] == [1, 2]


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=20)


@given(SPANS)
def test_an_edit_stays_exactly_when_it_touches_no_earlier_one(spans: list[tuple[int, int]]) -> None:
    kept: list[Edit] = []
    edits = [edit(start, start + length, b"") for start, length in spans]
    for each in edits:
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    assert disjoint(edits) == kept


def test_ten_times_the_edits_are_ten_times_the_work() -> None:
    calls = [0]

    def count(*_: object) -> None:
        calls[0] += 1

    work = []
    for number in (200, 2000):
        edits = [edit(place, place + 1, b"") for place in range(number)]
        before = calls[0]
        sys.setprofile(count)
        disjoint(edits)
        sys.setprofile(None)
        work.append(calls[0] - before)
    assert work[1] < 15 * work[0]


@given(st.binary(max_size=40), st.lists(st.integers(0, 40)))
def test_many_lines_at_once_are_the_lines_one_by_one(content: bytes, positions: list[int]) -> None:
    content = content.replace(b"\x00", b"\n")
    assert lines_of(content, positions) == {place: line_of(content, place) for place in positions}


@given(st.binary(max_size=40).map(lambda text: text.replace(b"0", b"\n")), st.lists(st.integers(0, 40)))
def test_lines_that_are_counted_on_are_those_of_the_positions(content: bytes, positions: list[int]) -> None:
    counter = LineCounter(content)
    assert [counter.line_of(each) for each in positions] == [line_of(content, each) for each in positions]
