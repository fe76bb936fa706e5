"""Claims as a table for people, with what was found beneath each, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from releasing.verification.claim import Claim

MARKS = {True: "✓", False: "✗", None: "?"}
LONGEST = 10  # details of one claim


def lines(claims: Sequence[Claim]) -> Iterator[str]:
    """A line for each claim, aligned, its details beneath it, and how many hold."""
    width = max((len(claim.name) for claim in claims), default=0)
    for claim in claims:
        yield f"{MARKS[claim.holds]} {claim.name:<{width}}  {claim.found}"
        yield from (f"    {detail}" for detail in claim.details[:LONGEST])
        if len(claim.details) > LONGEST:
            yield f"    and {len(claim.details) - LONGEST} more"
    numbers = {mark: sum(claim.holds is holds for claim in claims) for holds, mark in MARKS.items()}
    yield f"{numbers['✓']} hold, {numbers['✗']} do not, {numbers['?']} could not be read"


def as_json(tag: str, commit: str, claims: Sequence[Claim]) -> str:
    """Every claim with every detail."""
    rows = [vars(claim) for claim in claims]
    return json.dumps({"tag": tag, "commit": commit or None, "claims": rows}, indent=2, ensure_ascii=False)
