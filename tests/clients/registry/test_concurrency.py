"""Many requests at once, and the order in which they are made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from releasing.clients.registry.concurrency import in_turn


def test_one_of_each_home_comes_before_the_second_of_any() -> None:
    assert in_turn(["a1", "a2", "a3", "b1", "c1", "c2"], lambda part: part[0]) == [
        "a1",
        "b1",
        "c1",
        "a2",
        "c2",
        "a3",
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9))))
def test_each_part_stands_once_and_those_of_one_home_keep_their_order(parts: list[tuple[str, int]]) -> None:
    found = in_turn(parts, lambda part: part[0])
    for home in "abc":
        assert [part for part in found if part[0] == home] == [part for part in parts if part[0] == home]
    assert len(found) == len(parts)
