"""A release that is killed again and again ends like one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.killing import MOMENTS, killed_until_done, wrap_programs
from tests.whole_releases import VERSION, completed, trace


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sandbox = tmp_path_factory.mktemp("uninterrupted") / "sandbox"
    completed(sandbox, "release.rc", "--version", VERSION)
    return sandbox


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_at_every_single_command_in_turn_ends_in_the_same_release(
    moment: str, tmp_path: Path, uninterrupted: Path
) -> None:
    sandbox = tmp_path / "sandbox"
    completed(sandbox, "release.plan", "--version", VERSION)
    wrap_programs(sandbox)
    kills, run = killed_until_done(sandbox, moment, "release.rc", "--version", VERSION)
    assert run.returncode == 0, run.stdout + run.stderr
    assert kills > 50
    assert trace(sandbox) == trace(uninterrupted)


def test_a_second_run_touches_nothing_and_says_what_it_found(uninterrupted: Path) -> None:
    before = trace(uninterrupted)
    said = completed(uninterrupted, "release.rc", "--version", VERSION)
    assert said.count("already done: ") == 20
    assert " │ $ " not in said
    assert trace(uninterrupted) == before
