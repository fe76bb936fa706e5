"""The day that files name as that of the release: today, until it is recorded or stands in a file of the release."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from releasing.changes import prototypes
from releasing.config.placeholders import DATE, OF_VERSION, filled, names
from releasing.runbook.choice import Choice
from releasing.runbook.journal import Journal

if TYPE_CHECKING:
    from releasing.config.release_yaml import ConfiguredPin
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

DAY = Choice("release date", in_shell="$(date -u +%F)")
ISO = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
MARK = "\0"  # in no value


def settled(release: Release, sh: StepShell, *, today: bool = True) -> Release:
    """`release` with the day that its files name: as recorded, or as they say on origin, or (`today`) this day."""
    if not release.config.dated:
        return release
    candidate = release.state / "releases" / release.candidate.tag / "journal.jsonl"
    found = sh.chosen(DAY) or Journal(candidate).chosen(DAY) or _in_files(release, sh)
    return replace(release, date=found or (f"{datetime.now(UTC):%F}" if today else ""))


def record(release: Release, journal: Journal) -> None:
    """Record the day, so that a resumed run and the final use the same one."""
    if release.date:
        journal.choose(prototypes.STEP, DAY, partial(str, release.date))


def _in_files(release: Release, sh: StepShell) -> str:
    """The day in a file that this release has made, or in one that names its version beside it; empty without one."""
    own = (f"refs/tags/{release.candidate.tag}", f"origin/{release.head(prototypes.STEP)}")
    for revision, certain in [*((each, True) for each in own), (f"origin/{release.branch}", False)]:
        if release.origin(sh).has(revision):
            for pin in release.config.pins:
                if certain or names(pin.value) & {*OF_VERSION, "full"}:
                    for day in _days(release, pin, release.origin(sh).file_at(revision, pin.file) or b""):
                        return day
    return ""


def _days(release: Release, pin: ConfiguredPin, content: bytes) -> Iterator[str]:
    """The days where the rest of the pin's value reads as that of this release."""
    if DATE not in names(pin.value):
        return
    parts = filled(pin.value, release.values(pin.on) | {DATE: MARK}).split(MARK)
    form = re.compile(f"({ISO})".join(map(re.escape, parts)))
    for found in re.finditer(pin.pattern.encode(), content, re.MULTILINE):
        if day := form.fullmatch((found[1] or b"").decode(errors="replace")):
            yield day[1]
