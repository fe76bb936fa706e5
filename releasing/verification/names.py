"""The names of a version's tags: their form, and the numbers of its candidates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from releasing.clients.git import release_names
from releasing.verification.claim import Claim, counted
from releasing.version import Candidate

if TYPE_CHECKING:
    from releasing.clients.git.release_names import Name
    from releasing.verification.tagged import Tagged

MOST = 10  # missing candidates that are named


def claims(it: Tagged) -> Iterator[Claim]:
    """The form of the names, and the numbers of the candidates."""
    names, version = it.names, it.release.version
    malformed = [name for name in names if not name.well_formed]
    listed = ", ".join(name.tag for name in names) or f"no tag of {version} on origin"
    details = tuple(f"{name.tag}: {_expected(name)}" for name in malformed)
    yield Claim("names", not malformed, listed, details)
    numbers = sorted({name.number for name in names if name.kind == "candidate"})
    if numbers:
        gaps = [*islice(release_names.missing_numbers(numbers), MOST)]
        missing = ", ".join(Candidate(version, number).tag for number in gaps)
        count = counted(len(numbers), "candidate")
        yield Claim("numbers", not gaps, f"{count}; missing: {missing}" if gaps else f"{count}, from 0")


def _expected(name: Name) -> str:
    if name.kind == "other":
        return f"neither a final nor a candidate; expected {name.version.tag} or {name.version.tag}-rc.N"
    proper = Candidate(name.version, name.number).tag if name.kind == "candidate" else name.version.tag
    return f"tools do not read it; expected {proper}"
