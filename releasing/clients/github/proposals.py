"""Pull requests as the branching policy sees them: what was merged where, under which labels, in which words."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command

AT_ONCE = 8
ROW = (
    "[.number, .title, .state, .merged_at != null, .base.ref,"
    ' (.head.label // ""), (.merge_commit_sha // ""), [.labels[].name], (.body // "")] | @json'
)


@dataclass(frozen=True)
class Proposal:
    """A pull request; `head` is OWNER:BRANCH, `commit` what the merge made (when open, what it would make)."""

    number: int
    title: str
    state: str
    merged: bool
    base: str
    head: str
    commit: str
    labels: tuple[str, ...]
    body: str

    @classmethod
    def parse(cls, row: str) -> Proposal:
        """The pull request of one line that `ROW` made."""
        number, title, state, merged, base, head, commit, labels, body = json.loads(row)
        return cls(number, title, state, merged, base, head, commit, tuple(labels), body)


def onto(release: Release, sh: StepShell, branch: str, **more: str) -> list[Proposal]:
    """Every pull request into `branch`, the newest first; `more` narrows it, as GitHub's query does (head)."""
    query = [word for name, text in more.items() for word in ("-f", f"{name}={text}")]
    command = _every(sh, f"repos/{release.slug}/pulls")["-f", f"base={branch}", "-f", "state=all", *query]
    return [Proposal.parse(row) for row in sh.read(command["--jq", f".[] | {ROW}"]).splitlines()]


def labelled(release: Release, sh: StepShell, label: str) -> list[Proposal]:
    """Every merged pull request with `label`, the newest first."""
    command = _every(sh, f"repos/{release.slug}/issues")["-f", f"labels={label}", "-f", "state=closed"]
    numbers = sh.read(command["--jq", ".[] | select(.pull_request) | .number"]).split()
    # An issue does not tell which commit it was merged as.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        rows = pool.map(lambda number: sh.read(_single(release, sh, number)), numbers)
        found = [Proposal.parse(row) for row in rows]
    return [proposal for proposal in found if proposal.merged]


def introducing(release: Release, sh: StepShell, commit: str) -> list[Proposal]:
    """The merged pull requests that `commit` belongs to."""
    command = _every(sh, f"repos/{release.slug}/commits/{commit}/pulls")
    found = [Proposal.parse(row) for row in sh.read(command["--jq", f".[] | {ROW}"]).splitlines()]
    return [proposal for proposal in found if proposal.merged]


def _every(sh: StepShell, path: str) -> Command:
    return sh["gh"]["api", "--paginate", "-X", "GET", path, "-f", "per_page=100"]


def _single(release: Release, sh: StepShell, number: str) -> Command:
    return sh["gh"]["api", f"repos/{release.slug}/pulls/{number}", "--jq", ROW]
