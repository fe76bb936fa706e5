"""Parameters as ks is given them."""

from __future__ import annotations

import pytest

from releasing.builds.ks_program import param_set
from releasing.shell.command import Command


@pytest.mark.parametrize(
    ("value", "end"), [("v1", ""), ("--verbose", "-- "), ("-1", "-- "), ("", ""), ("a -b", "")]
)
def test_a_value_that_begins_with_a_dash_comes_after_two(value: str, end: str) -> None:
    command = param_set(Command(("ks",)), "night", "image", "extra_args", value)
    assert str(command).startswith(f"ks param set --env=night {end}image extra_args ")
    assert command.words[-1] == value
