"""A night that is killed again and again ends like one that is not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.kill_sample import LOGIN, WAITING, sampled
from tests.support.killing import SAMPLE, keep, killed_until_done, noted, spared, wrap_programs
from tests.support.nightly_projects import repository
from tests.support.whole_releases import completed, trace

NAMES = ["one", "two", "three"]
# Midnight may come in between; a night stays the one of its date.
DATE = f"{datetime.now(UTC):%Y%m%d}"
NIGHT = ("nightly.run", "--date", DATE)


def ended(sandbox: Path) -> dict[str, Any]:
    """How the night ended, without what took how long."""
    kept = json.loads((sandbox / "nights" / DATE / "outcomes.json").read_text())
    for entry in kept["entries"]:
        del entry["seconds"]
    assert [entry["state"] for entry in kept["entries"]] == ["built"] * len(NAMES)
    return dict(kept)


def left(sandbox: Path) -> dict[str, list[str]]:
    """What lies where a run keeps its things and where the cluster keeps its own."""
    folders = (".", "nights", f"nights/{DATE}", "cluster/workflows", "cluster/leases", "tmp")
    ours = {"bin", "killing"}
    return {name: sorted({path.name for path in (sandbox / name).iterdir()} - ours) for name in folders}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("project") / "source", NAMES)


def begun(sandbox: Path, source: Path) -> dict[str, str]:
    """A sandbox with the project, before its first night; gives what runs there need."""
    completed(sandbox, "nightly.plan", "--source", str(source))
    (sandbox / "tmp").mkdir()
    return {"TMPDIR": str(sandbox / "tmp")}


@dataclass(frozen=True)
class Night:
    """A night that nothing killed, and how many commands of each kind it took."""

    sandbox: Path
    commands: dict[str, int]


@pytest.fixture(scope="module")
def night(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Night:
    sandbox = tmp_path_factory.mktemp("uninterrupted") / "sandbox"
    variables = begun(sandbox, source)
    with noted(sandbox) as commands:
        completed(sandbox, *NIGHT, **variables)
    return Night(sandbox, commands)


@pytest.mark.campaign
def test_a_night_killed_at_every_kind_of_command_ends_like_one_that_is_not(
    moment: str, seed: int, tmp_path: Path, source: Path, night: Night
) -> None:
    """At every single command in turn, before it and after it, when the campaign is complete."""
    sandbox = tmp_path / "sandbox"
    variables = begun(sandbox, source)
    wrap_programs(sandbox)
    keep(sandbox, sampled(night.commands, seed))
    kills, run = killed_until_done(sandbox, moment, *NIGHT, **variables)
    assert run.returncode == 0, run.stdout + run.stderr
    # Of entries side by side several commands may be new to one run.
    assert kills > (10 if moment == SAMPLE else 20)
    assert len([*(sandbox / "killing" / "seen").iterdir()]) > 40
    assert spared(sandbox, night.commands) <= {*LOGIN, *WAITING}
    assert ended(sandbox) == ended(night.sandbox)
    assert left(sandbox) == left(night.sandbox)
    assert trace(sandbox) == trace(night.sandbox)
