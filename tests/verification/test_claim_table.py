"""The table of claims."""

from __future__ import annotations

import json

from releasing.verification import claim_table
from releasing.verification.claim import Claim

CLAIMS = [
    Claim("tag", True, "v0.2.1 is at abc"),
    Claim("references", False, "1 of 13", tuple(f"file:{number}" for number in range(12))),
    Claim("registry", None, "0 of 2", ("gcr.io: no answer",)),
]


def test_claims_are_aligned_with_their_details_beneath_and_counted() -> None:
    assert [*claim_table.lines(CLAIMS)] == [
        "✓ tag         v0.2.1 is at abc",
        "✗ references  1 of 13",
        *(f"    file:{number}" for number in range(10)),
        "    and 2 more",
        "? registry    0 of 2",
        "    gcr.io: no answer",
        "1 hold, 1 do not, 1 could not be read",
    ]


def test_programs_get_every_detail() -> None:
    read = json.loads(claim_table.as_json("v0.2.1", "", CLAIMS))
    assert read["commit"] is None
    assert [claim["holds"] for claim in read["claims"]] == [True, False, None]
    assert len(read["claims"][1]["details"]) == 12
