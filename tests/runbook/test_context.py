"""What a world shows."""

from __future__ import annotations

from pathlib import Path

from tests.support.tiny_recipes import lines, world_in


def test_every_line_of_a_step_is_under_its_name(tmp_path: Path) -> None:
    world = world_in(tmp_path)
    world.teller("cut-branch")("one\ntwo")
    assert lines(world) == [f"{'cut-branch':<22}│ one\n{'cut-branch':<22}│ two"]
