"""The day that files name: recorded, or read from a file of the release, or today."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from releasing.changes import release_date
from releasing.config.release_yaml import Config
from releasing.runbook.journal import Journal
from tests.support.bare_repository import commit
from tests.support.releases import CONFIG, Origin, origin_in

BRANCH, OURS = "v0.2-branch", "release/v0.2.1-rc.0/update-prototypes"


def dated(folder: Path, value: str = "{full} of {date}", on: str = "candidate") -> Origin:
    pin = {"file": "VERSION", "pattern": "^is: (.+)$", "value": value, "on": on}
    config = Config.model_validate({**CONFIG.model_dump(exclude_unset=True), "pins": [pin]})
    origin = origin_in(folder)
    return replace(origin, release=replace(origin.release, config=config)).fetched()


def day(origin: Origin, *, today: bool = True) -> str:
    return release_date.settled(origin.fetched().release, origin.sh, today=today).date


def test_it_is_today_and_nothing_for_who_only_reads(tmp_path: Path) -> None:
    origin = dated(tmp_path)
    before = f"{datetime.now(UTC):%F}"
    assert day(origin) in (before, f"{datetime.now(UTC):%F}")
    assert day(origin, today=False) == ""


def test_it_stays_what_was_recorded_for_the_candidate_and_its_final(tmp_path: Path) -> None:
    origin = dated(tmp_path)
    release = replace(origin.release, date="2018-07-23")
    release_date.record(release, Journal(release.folder / "journal.jsonl"))
    assert day(origin) == "2018-07-23"
    assert day(replace(origin, release=replace(origin.release, final=True))) == "2018-07-23"


@pytest.mark.parametrize("branch", [BRANCH, OURS])
def test_another_machine_reads_it_from_a_file_of_the_release(tmp_path: Path, branch: str) -> None:
    origin = dated(tmp_path)
    commit(origin.bare, branch, "VERSION", "is: 0.2.1-rc.0 of 2018-07-23\n", start=BRANCH)
    assert day(origin) == day(origin, today=False) == "2018-07-23"


@pytest.mark.parametrize("text", ["0.2.0-rc.0 of 2018-07-23", "0.2.1-rc.0 of 2018-13-23", "0.2.1-rc.0"])
def test_a_file_of_another_release_does_not_say_it(tmp_path: Path, text: str) -> None:
    origin = dated(tmp_path)
    commit(origin.bare, BRANCH, "VERSION", f"is: {text}\n")
    assert day(origin, today=False) == ""


def test_a_day_alone_is_believed_in_what_the_release_itself_has_made_only(tmp_path: Path) -> None:
    origin = dated(tmp_path, "{date}", "both")
    commit(origin.bare, BRANCH, "VERSION", "is: 2018-06-01\n")
    assert day(origin, today=False) == ""
    commit(origin.bare, OURS, "VERSION", "is: 2018-07-23\n", start=BRANCH)
    assert day(origin, today=False) == "2018-07-23"


def test_a_project_that_names_no_day_has_none(tmp_path: Path) -> None:
    assert day(dated(tmp_path, "{version}", "both")) == ""
