"""Waivers are kept with their reasons, whoever gave them."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.errors import ConfigError, UsageError
from releasing.runbook import waivers
from releasing.runbook.journal import Journal


def test_a_waiver_is_read_back_by_number_and_the_newest_reason_counts(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    waivers.record(journal, "check-blockers", "#12", "old")
    waivers.record(journal, "check-blockers", "12", "only on Windows")
    waivers.record(journal, "rc", "7", "documented")
    found = waivers.of(Journal(tmp_path / "journal.jsonl"))
    assert {number: waiver.because for number, waiver in found.items()} == {
        "12": "only on Windows",
        "7": "documented",
    }
    assert str(found["12"]).startswith("#12: only on Windows (")


def test_several_are_given_at_once_with_commas_and_one_reason(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    waivers.record(journal, "rc", "files parse, #12,other images", "as before")
    assert {each.because for each in waivers.of(journal).values()} == {"as before"}
    assert [*waivers.of(journal)] == ["files parse", "12", "other images"]


def test_the_same_waiver_again_is_not_written_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    for _ in range(2):
        waivers.record(journal, "check-blockers", "12", "only on Windows")
    waivers.record(journal, "check-blockers", "", "")
    assert len(journal.path.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("number", "because", "said"),
    [
        ("12", " ", "requires a reason"),
        ("", "why", "expected the number"),
        ("all", "why", "expected the number"),
        ("12, all", "why", "--waive all: expected the number"),
        ("12,", "why", "expected the number"),
        ("files parse, pins", "", "--waive files parse, pins requires a reason"),
    ],
)
def test_half_a_waiver_is_refused_and_not_recorded(
    number: str, because: str, said: str, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    with pytest.raises(UsageError, match=said):
        waivers.record(journal, "check-blockers", number, because)
    assert not journal.path.exists()


def test_a_waiver_without_its_reason_in_the_journal_is_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"event": "waived", "step": "rc", "time": "t", "by": "ada", "number": "1"}\n')
    with pytest.raises(ConfigError, match="waived without because and number"):
        Journal(path)
