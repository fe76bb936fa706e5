"""The vote on a candidate: its result, bound to the commit and the digests that were voted on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.errors import ConfigError, UsageError
from releasing.shell.files import replace_text

if TYPE_CHECKING:
    from releasing.release import Release

RESULTS = ("passed", "failed")


@dataclass(frozen=True)
class Vote:
    """A result and its evidence, who recorded it and when, and what it is about."""

    candidate: str
    result: str
    evidence: str
    commit: str
    digests: dict[str, str]
    by: str
    time: str


def path(release: Release) -> Path:
    """Where the vote on the candidate is kept."""
    return release.state / "votes" / f"{release.candidate.tag}.json"


def record(
    file: Path, candidate: str, result: str, evidence: str, commit: str, digests: dict[str, str]
) -> Vote:
    """Keep the result of a vote; a result that is there already is never overwritten by another one."""
    from releasing.shell.clock import now, operator  # noqa: PLC0415 - not needed to list tasks

    if result not in RESULTS:
        raise UsageError(
            f"--result {result or '(nothing)'}: expected {' or '.join(RESULTS)}", "--result passed"
        )
    if not evidence:
        raise UsageError("a vote requires evidence", "--evidence with the address of the mail thread")
    before = load(file)
    if before and before.result != result:
        raise UsageError(
            f"the vote on {candidate} was recorded as {before.result} by {before.by} at {before.time}",
            f"if that was a mistake, remove {file} and record it again",
        )
    vote = before or Vote(candidate, result, evidence, commit, digests, operator(), now())
    replace_text(file, json.dumps(asdict(vote), indent=2) + "\n", private=True)
    return vote


def load(file: Path) -> Vote | None:
    """The vote in `file`; None before a vote is recorded."""
    if not file.exists():
        return None
    try:
        return Vote(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError) as error:
        raise ConfigError(f"{file}: not a vote: {error}", "remove it and record the vote again") from None


def problems(file: Path, commit: str | None, digests: Mapping[str, str | None]) -> list[str]:
    """Why a final may not follow from the vote in `file`: no pass, another commit, or other images."""
    vote = load(file)
    if vote is None:
        return [f"no vote is recorded in {file}"]
    if vote.result != "passed":
        return [f"the vote on {vote.candidate} {vote.result} ({vote.evidence})"]
    found = (
        [] if commit == vote.commit else [f"{vote.candidate} is at {commit}; the vote was on {vote.commit}"]
    )
    return found + list(_moved(vote, digests))


def _moved(vote: Vote, digests: Mapping[str, str | None]) -> Iterable[str]:
    for image, digest in digests.items():
        if vote.digests.get(image) != digest:
            yield f"{image} is {digest or 'absent'}; the vote was on {vote.digests.get(image, 'none')}"
