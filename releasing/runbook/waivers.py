"""Waivers: a person's recorded decision, with its reason, that a problem does not stop a candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.errors import UsageError
from releasing.runbook.choice import Choice

if TYPE_CHECKING:
    from releasing.runbook.journal import Journal

OPTIONS = ("waive", "because")
EVENT = "waived"
RED = Choice("red commit")  # a commit that is built although it is not green, with the reason


@dataclass(frozen=True)
class Waiver:
    """An issue or pull request by its number, why it does not stop the candidate, and who decided that."""

    number: str
    because: str
    by: str
    time: str

    def __str__(self) -> str:
        return f"#{self.number}: {self.because} ({self.by}, {self.time})"


def record(journal: Journal, step: str, number: str, because: str) -> None:
    """Record the waiver of the command line; nothing without one, or when it is already recorded.

    Raises UsageError for a number without a reason, and for a reason without a number.
    """
    if not number and not because:
        return
    plain = number.removeprefix("#")
    if not plain.isdecimal():
        raise UsageError(
            f"--waive {number or '(nothing)'}: expected the number of an issue", "--waive 123 --because WHY"
        )
    if not because.strip():
        raise UsageError(
            f"--waive {plain} requires a reason", f'--waive {plain} --because "why it does not matter"'
        )
    known = of(journal).get(plain)
    if known is None or known.because != because:
        journal.record(EVENT, step, number=plain, because=because)


def of(journal: Journal) -> dict[str, Waiver]:
    """The waivers of a release by number, the newest of each."""
    events = journal.events(EVENT)
    return {
        event["number"]: Waiver(*(event[name] for name in ("number", "because", "by", "time")))
        for event in events
    }


def told(journal: Journal) -> list[str]:
    """Everything that was waived in a release, each with its reason, for the voters."""
    red = [event for event in journal.events("chosen") if event["name"] == RED.name]
    commits = [f"commit {event['value']} ({event['by']}, {event['time']})" for event in red]
    return [*map(str, of(journal).values()), *commits]
