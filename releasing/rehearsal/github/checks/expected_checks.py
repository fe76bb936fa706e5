"""Which checks report on a commit, since when, and how they end: told from the clock and from the verdicts.

Presubmits report on a commit that was ever the head of a pull request, postsubmits on every commit of the
default branch and of the release branches. A check is pending until `pending_seconds` after the commit first
headed a pull request, or was merged; a commit that no merge brought is settled from the start. Then it succeeds,
unless NAME.verdicts.json says otherwise: {commit or "*": {check: verdict}}, where a verdict is a status's state,
or null for a check that never reports, or {"conclusion": …} for one that is reported by a check run. A list of
these is several reports of one name, as different workflows make them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

from releasing.naming.branch_pattern import BranchPattern
from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.requests import Call
from releasing.rehearsal.github.settings_files import settings_in

State = Literal["error", "failure", "pending", "success"]
Conclusion = Literal["action_required", "cancelled", "failure", "neutral", "skipped", "success", "timed_out"]


@dataclass(frozen=True)
class RunVerdict:
    """How a check run ends, and the page that it links to."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    # Only GitHub itself gives the last two.
    conclusion: Conclusion | Literal["stale", "startup_failure"]
    html_url: str | None = None


Report = State | RunVerdict
Verdict = Report | tuple[Report, ...] | None


@dataclass(frozen=True)
class Expected:
    """A report on a commit: pending from `began` on (None: never), settled as `verdict` at `settles`.

    `number` tells it from other reports of the same name.
    """

    name: str
    verdict: Report
    began: float | None
    settles: float
    number: int = 0


@cache
def _form() -> TypeAdapter[dict[str, dict[str, Verdict]]]:
    return TypeAdapter(dict[str, dict[str, Verdict]])


def expected_on(call: Call, commit: str) -> Iterator[Expected]:
    """Every report on the commit that comes by itself; ConfigError when the verdicts cannot be read."""
    verdicts = settings_in(call.repository.beside("verdicts.json"), _form(), {})
    ended = {**verdicts.get("*", {}), **verdicts.get(commit, {})}
    for name, since in _begun(call, commit):
        # What no merge brought was settled when it was made.
        settles = _committed(call, commit) if since is None else since + call.settings.pending_seconds
        for number, verdict in enumerate(_reports(ended.get(name, "success"))):
            yield Expected(name, verdict, since, settles, number)


def _reports(verdict: Verdict) -> tuple[Report, ...]:
    if verdict is None:
        return ()
    return verdict if isinstance(verdict, tuple) else (verdict,)


def _begun(call: Call, commit: str) -> Iterator[tuple[str, float | None]]:
    if commit in call.state.heads:
        for name in call.settings.presubmits:
            yield name, call.state.heads[commit]
    if call.settings.postsubmits and _on_watched_branch(call, commit):
        for name in call.settings.postsubmits:
            yield name, call.state.arrived.get(commit)


def _on_watched_branch(call: Call, commit: str) -> bool:
    path = call.repository.path
    default, pattern = git_objects.default_branch(path), BranchPattern(call.settings.release_branch)
    wanted = (f"refs/heads/{name}" for name in (default, pattern.glob))
    found = [
        each.removeprefix("refs/heads/")
        for each in git_objects.references(path, f"--contains={commit}", *wanted)
    ]
    return any(name == default or pattern.read(name) for name in found)


def _committed(call: Call, commit: str) -> float:
    (known,) = git_objects.commits(call.repository.path, [commit])
    return datetime.fromisoformat(known.committer.date).timestamp()
