"""A candidate as the tasks leave it, finished and on its way, and how many commands of each kind it took."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.killing import noted
from tests.support.once import copied, made_once
from tests.support.whole_releases import VERSION, completed

RC = ("release.rc", "--version", VERSION)
# Steps after which tests go on in a way of their own: nothing is merged yet, nothing is tagged yet.
APPLIED, RECORDED = "apply-image-tags", "record-image-digests"


@dataclass(frozen=True)
class Finished:
    """The folder of what tests share: they copy it, or look at it and leave it as it is."""

    folder: Path

    @property
    def sandbox(self) -> Path:
        """The world with the candidate."""
        return self.folder / "sandbox"

    def after(self, step: str) -> Path:
        """The world once that step was done, APPLIED or RECORDED."""
        return self.folder / step

    @property
    def commands(self) -> dict[str, int]:
        """How many different commands of each kind were made that may change something."""
        return dict(json.loads((self.folder / "commands.json").read_text()))


def finished_candidate(factory: pytest.TempPathFactory) -> Finished:
    """The finished candidate of today: builds are named after their day, and midnight may come in between."""
    return Finished(made_once(factory, f"candidate-{datetime.now(UTC):%Y%m%d}", _release))


def _release(folder: Path) -> None:
    candidate = Finished(folder)
    completed(candidate.sandbox, "release.plan", "--version", VERSION)
    with noted(candidate.sandbox) as commands:
        for step in (APPLIED, RECORDED):
            completed(candidate.sandbox, *RC, "--to", step)
            copied(candidate.sandbox, candidate.after(step))
        completed(candidate.sandbox, *RC)
    (folder / "commands.json").write_text(json.dumps(commands))
