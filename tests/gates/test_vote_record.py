"""The evidence of a vote: what others can open."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.errors import UsageError
from releasing.gates import vote
from releasing.gates.vote_record import require_address


@pytest.mark.parametrize(
    "evidence",
    [
        "hello",
        "lists.example.org/thread",
        "ftp://example.org/thread",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///thread",
        "https://example.org/a thread",
        "https://example.org/\x1b[31m",
        "https://[::1/x",
        "mailto:ada@example.org",
        " https://example.org",
    ],
)
def test_what_nobody_can_open_is_no_evidence(evidence: str) -> None:
    with pytest.raises(UsageError, match="expected the address of a page, http:// or https://") as caught:
        require_address(evidence)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "evidence",
    [
        "https://groups.google.com/g/kubeflow-discuss/c/1a2b",
        "http://lists.example.org:8080/thread?id=3#votes",
        "HTTPS://EXAMPLE.ORG/",
    ],
)
def test_the_address_of_a_page_is_evidence(evidence: str) -> None:
    require_address(evidence)


def test_a_vote_that_was_recorded_with_any_text_is_still_read(tmp_path: Path) -> None:
    vote.record(tmp_path / "vote.json", "v0.2.1-rc.0", "passed", "a mail", "c0ffee", {})
    known = vote.load(tmp_path / "vote.json")
    assert known is not None
    assert known.evidence == "a mail"
    assert not vote.problems(tmp_path / "vote.json", "c0ffee", {})
