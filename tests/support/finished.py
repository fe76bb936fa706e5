"""A finished candidate as a task leaves it, and how many commands of each kind it took."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.killing import uninterrupted
from tests.support.once import made_once
from tests.support.whole_releases import VERSION, completed


@dataclass(frozen=True)
class Finished:
    """A sandbox that tests share: they copy it, or look at it and leave it as it is."""

    sandbox: Path

    @property
    def commands(self) -> dict[str, int]:
        """How many different commands of each kind were made that may change something."""
        return dict(json.loads((self.sandbox.parent / "commands.json").read_text()))


def finished_candidate(factory: pytest.TempPathFactory) -> Finished:
    """The finished candidate of today: builds are named after their day, and midnight may come in between."""
    folder = made_once(factory, f"candidate-{datetime.now(UTC):%Y%m%d}", _release)
    return Finished(folder / "sandbox")


def _release(folder: Path) -> None:
    completed(folder / "sandbox", "release.plan", "--version", VERSION)
    counts = uninterrupted(folder / "sandbox", "release.rc", "--version", VERSION)
    (folder / "commands.json").write_text(json.dumps(counts))
