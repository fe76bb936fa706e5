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
# What release.verify claims of a tree, and a candidate is asked before its tag (gates/tree_claims.py).
CLAIMS = (
    "files parse",
    "no -rc in a final",
    "parameters",
    "references",
    "latest",
    "one tag each",
    "dangling",
    "other images",
    "own commit",
    "not put back",
    "pins",
    "operators",
)
RED = Choice("red commit")  # a commit that is built although it is not green, with the reason


@dataclass(frozen=True)
class Waiver:
    """An issue or pull request by its number or a claim of release.verify by its name, why it does not stop the
    candidate, and who decided that."""

    number: str
    because: str
    by: str
    time: str

    def __str__(self) -> str:
        name = f"#{self.number}" if self.number.isdecimal() else self.number
        return f"{name}: {self.because} ({self.by}, {self.time})"


def record(journal: Journal, step: str, text: str, because: str) -> None:
    """Record the waivers of the command line; nothing without one, or when they are already recorded.

    Raises UsageError for a number without a reason, and for a reason without a number.
    """
    if not text and not because:
        return
    for plain in given(text, because):
        known = of(journal).get(plain)
        if known is None or known.because != because:
            journal.record(EVENT, step, number=plain, because=because)


def given(text: str, because: str) -> list[str]:
    """The numbers and claims that `text` names, with commas between; UsageError without a reason."""
    plain = list(dict.fromkeys(named(each) for each in text.split(",")))
    if not because.strip():
        told = ", ".join(plain)
        words = plain[0] if plain[0].isdecimal() and len(plain) == 1 else f'"{told}"'
        raise UsageError(
            f"--waive {told} requires a reason", f'--waive {words} --because "why it does not matter"'
        )
    return plain


def named(text: str) -> str:
    """The number or the claim that `text` names; UsageError for anything else."""
    plain = text.strip().removeprefix("#")
    if plain.isdecimal() and len(plain) < 10:
        return str(int(plain))
    if plain not in CLAIMS:
        raise UsageError(
            f"--waive {text.strip() or '(nothing)'}: expected the number of an issue, or a claim of release.verify",
            f"--waive 123 --because WHY; the claims that can be waived: {', '.join(CLAIMS)}",
        )
    return plain


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
