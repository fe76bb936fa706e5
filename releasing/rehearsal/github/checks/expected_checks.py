"""Which checks report on a commit, since when, and how they end: told from the clock and from the verdicts.

Presubmits report on a commit that was ever the head of a pull request, postsubmits on every commit of the
default branch and of the release branches. A check is pending until `pending_seconds` after the commit first
headed a pull request, or was merged; a commit that no merge brought is settled from the start. Then it succeeds,
unless NAME.verdicts.json says otherwise: {commit or "*": {check: verdict}}, where a verdict is a status's state,
or null for a check that never reports, or {"conclusion": …} for one that is reported by a check run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.requests import Call
from releasing.rehearsal.github.settings_files import settings_in

RELEASE_BRANCHES = "refs/heads/v*-branch"
State = Literal["error", "failure", "pending", "success"]
Conclusion = Literal["action_required", "cancelled", "failure", "neutral", "skipped", "success", "timed_out"]


@dataclass(frozen=True)
class RunVerdict:
    """How a check run ends, and the page that it links to."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    conclusion: Conclusion
    html_url: str | None = None


Verdict = State | RunVerdict | None


@dataclass(frozen=True)
class Expected:
    """A check that reports on a commit: pending from `began` on (None: never), settled as `verdict` at `settles`."""

    name: str
    verdict: Verdict
    began: float | None
    settles: float


@cache
def _form() -> TypeAdapter[dict[str, dict[str, Verdict]]]:
    return TypeAdapter(dict[str, dict[str, Verdict]])


def expected_on(call: Call, commit: str) -> Iterator[Expected]:
    """Every check that reports on the commit by itself; ConfigError when the verdicts cannot be read."""
    verdicts = settings_in(call.repository.beside("verdicts.json"), _form(), {})
    ended = {**verdicts.get("*", {}), **verdicts.get(commit, {})}
    for name, since in _begun(call, commit):
        verdict = ended.get(name, "success")
        if since is None:
            # No merge brought it: it was settled when it was made.
            yield Expected(name, verdict, None, _committed(call, commit))
        else:
            yield Expected(name, verdict, since, since + call.settings.pending_seconds)


def _begun(call: Call, commit: str) -> Iterator[tuple[str, float | None]]:
    if commit in call.state.heads:
        for name in call.settings.presubmits:
            yield name, call.state.heads[commit]
    if call.settings.postsubmits and _on_watched_branch(call, commit):
        for name in call.settings.postsubmits:
            yield name, call.state.arrived.get(commit)


def _on_watched_branch(call: Call, commit: str) -> bool:
    path = call.repository.path
    default = f"refs/heads/{git_objects.default_branch(path)}"
    return bool(git_objects.references(path, f"--contains={commit}", default, RELEASE_BRANCHES))


def _committed(call: Call, commit: str) -> float:
    (known,) = git_objects.commits(call.repository.path, [commit])
    return datetime.fromisoformat(known.committer.date).timestamp()
