"""Tags that resemble a version: the release that each means, and whether its form is right."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from releasing.errors import UsageError
from releasing.version import Candidate, Version

_VERSION = re.compile(r"[vV]?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?![\d])(.*)")
_CANDIDATE = re.compile(r"[\W_]*rc[\W_]*(\d{1,10})?", re.IGNORECASE)
_ALMOST = re.compile(r".*\d[\W_]*rc(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """A tag as people read it: a version, and the number of a candidate; `kind` is final, candidate or other."""

    tag: str
    version: Version
    kind: str
    number: int = 0

    @property
    def well_formed(self) -> bool:
        """Whether tools read the tag as people do."""
        if self.kind == "candidate":
            return self.tag == Candidate(self.version, self.number).tag
        return self.kind == "final" and self.tag == self.version.tag

    @property
    def misleading(self) -> bool:
        """Whether people would take it for a release or a candidate, and tools would not."""
        return not self.well_formed and (self.kind != "other" or _ALMOST.match(self.tag) is not None)


def read(tag: str) -> Name | None:
    """The name that `tag` resembles; None for a tag that names no version."""
    found = _VERSION.fullmatch(tag)
    if found is None:
        return None
    version = Version(int(found[1]), int(found[2]), int(found[3] or 0))
    if not found[4]:
        return Name(tag, version, "final")
    candidate = _CANDIDATE.fullmatch(found[4])
    if candidate is None:
        return Name(tag, version, "other")
    return Name(tag, version, "candidate", int(candidate[1] or 0))


def of_version(tags: Iterable[str], version: Version) -> tuple[Name, ...]:
    """The tags that resemble `version`, finals last and candidates in order."""
    found = [name for name in map(read, tags) if name and name.version == version]
    return tuple(sorted(found, key=lambda name: (name.kind == "final", name.number, name.tag)))


def standing_for(names: Iterable[Name], tag: str) -> Name | None:
    """The tag `tag`, or a tag that people would read as it; None without either."""
    wanted = read(tag)
    alike = [name for name in names if wanted and (name.kind, name.number) == (wanted.kind, wanted.number)]
    return min(alike, key=lambda name: not name.well_formed, default=None)


def newest(names: Iterable[Name], kind: str) -> Name | None:
    """The final, or the candidate with the highest number; a correctly written tag comes first."""
    return max(
        (name for name in names if name.kind == kind),
        key=lambda name: (name.number, name.well_formed),
        default=None,
    )


def meant(tags: Iterable[str], version: Version, candidate: str = "") -> tuple[Candidate, bool]:
    """The candidate to read back, and whether to read the final: as named, or the final, or the newest candidate.

    Raises UsageError for a `candidate` that is not a number.
    """
    known = of_version(tags, version)
    last = newest(known, "candidate")
    number = last.number if last else 0
    if candidate and not candidate.isdecimal():
        raise UsageError(f"--candidate {candidate}: expected a number", f"--candidate {number}")
    if candidate:
        return Candidate(version, int(candidate)), False
    return Candidate(version, number), newest(known, "final") is not None or last is None


def missing_numbers(numbers: Collection[int]) -> Iterator[int]:
    """The numbers from 0 that are not there, below the highest one."""
    return (number for number in range(max(numbers, default=0)) if number not in numbers)
