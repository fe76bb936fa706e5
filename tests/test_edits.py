"""Replacing spans."""

from __future__ import annotations

from releasing.references.edits import Edit, apply, disjoint, line_of


def edit(start: int, end: int, text: bytes) -> Edit:
    return Edit(start, end, text, "", "", "")


def test_edits_apply_in_any_order_and_leave_the_rest() -> None:
    assert apply(b"abcdef", [edit(4, 5, b"E"), edit(0, 2, b"-")]) == b"-cdEf"


def test_of_overlapping_edits_the_first_stays() -> None:
    first, second, before, behind = edit(2, 4, b"x"), edit(3, 5, b"y"), edit(0, 2, b"v"), edit(4, 5, b"z")
    assert disjoint([first, second, before, behind]) == [first, before, behind]


def test_lines_count_from_one() -> None:
    assert [line_of(b"a\nb\n", at) for at in (0, 2)] == [1, 2]
