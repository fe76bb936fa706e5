"""Checks of commits on GitHub: commit statuses and check runs, by name.

One name may have several reports: a status and a check run, or a check run for each workflow or event. A re-run takes
the place of its own earlier report, which GitHub then leaves out; all that it lists have to have passed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from releasing.clients.github import api
from releasing.errors import PreconditionError, UnmetError
from releasing.shell.waiting import wait
from releasing.shell.workers import workers

if TYPE_CHECKING:
    from releasing.shell.programs import Shell
    from releasing.shell.protocol import Reads

# A line of JSON for each report: names and links may contain whatever else would end a line or a field.
STATUSES = '.statuses[] | [.context, .state, .target_url // ""] | tojson'
RUNS = (
    '.check_runs[] | [.name, if (.status // "completed") == "completed" then .conclusion // "pending"'
    ' else "pending" end, .html_url // ""] | tojson'
)
KINDS = (("status", STATUSES), ("check-runs", RUNS))
PASSED = ("success", "neutral", "skipped")
UNFINISHED = ("pending", "not reported")


@dataclass(frozen=True)
class Check:
    """A check of a commit as GitHub reports it: the worst of its `reports`."""

    name: str
    state: str
    link: str = ""
    reports: int = 1

    def __str__(self) -> str:
        link = f" ({self.link})" if self.link else ""
        return f"{self.name}: {self.state}{link}" + (
            f", the worst of {self.reports} reports" if self.reports > 1 else ""
        )

    @property
    def passed(self) -> bool:
        """Whether the check passed, as GitHub sees it."""
        return self.state in PASSED

    @property
    def failed(self) -> bool:
        """Whether the check ended otherwise (failed, cancelled, stale …), so that waiting does not help."""
        return not self.passed and self.state not in UNFINISHED


def reported(sh: Reads, slug: str, commit: str) -> dict[str, Check]:
    """Every check on `commit` of the repository `slug`, by name."""
    base = f"repos/{slug}/commits/{commit}"
    with workers(2) as pool:
        kinds = [pool.submit(_reports, sh, f"{base}/{kind}", jq) for kind, jq in KINDS]
        found = [check for kind in kinds for check in kind.result()]
    by_name: dict[str, list[Check]] = {}
    for check in found:
        by_name.setdefault(check.name, []).append(check)
    return {name: _deciding(checks) for name, checks in by_name.items()}


def _reports(sh: Reads, path: str, jq: str) -> list[Check]:
    lines = sh.read(api.question(f"{path}?per_page=100", jq, pages=True)).split("\n")
    return [Check(*json.loads(line)) for line in lines if line]


def _deciding(checks: list[Check]) -> Check:
    """The report that decides about its name: a failed one before an unfinished one, and that before a passed one."""
    worst = max(checks, key=lambda check: (check.failed, not check.passed))
    return replace(worst, reports=len(checks))


def unsuccessful(sh: Reads, slug: str, commit: str, contexts: tuple[str, ...]) -> list[Check]:
    """The checks of `contexts` that have not succeeded on `commit`, in every report."""
    found = reported(sh, slug, commit)
    wanted = [found.get(context, Check(context, "not reported")) for context in contexts]
    return [check for check in wanted if not check.passed]


def latest_green(sh: Reads, slug: str, branch: str, contexts: tuple[str, ...], depth: int = 30) -> str:
    """The newest commit of `branch` on which all `contexts` succeeded; PreconditionError without one.

    Runbook: "Look at the postsubmit dashboard to find the latest green postsubmit".
    """
    query = [("sha", branch), ("per_page", str(depth))]
    commits = sh.read(api.question(f"repos/{slug}/commits", ".[].sha", query)).split()
    seen = []
    for commit in commits:
        problems = unsuccessful(sh, slug, commit, contexts)
        if not problems:
            return commit
        seen.append(f"{commit[:12]} {'; '.join(map(str, problems))}")
    raise PreconditionError(
        f"{slug}: no green postsubmit among the {len(commits)} newest commits of {branch}:\n  "
        + "\n  ".join(seen[:5]),
        f"required checks: {', '.join(contexts)}; see the failed ones on GitHub",
    )


def awaited(sh: Reads, slug: str, commit: str, contexts: tuple[str, ...]) -> str:
    """Which checks of `contexts` have not finished on `commit`; UnmetError when one failed."""
    problems = unsuccessful(sh, slug, commit, contexts)
    text = "; ".join(map(str, problems))
    if any(check.failed for check in problems):
        linked = any(check.failed and check.link for check in problems)
        where = "the link" if linked else f"https://github.com/{slug}/commit/{commit}"
        raise UnmetError(
            f"{slug}@{commit[:12]}: {text}", f"see {where}; a fix needs a new commit and a new check"
        )
    return text


def wait_until_successful(
    sh: Shell, slug: str, commit: str, contexts: tuple[str, ...], timeout: float
) -> None:
    """Return when all checks of `contexts` have succeeded on `commit`; shows what it waits for.

    Raises UnmetError when a check failed or `timeout` seconds have passed.
    """
    what = f"{slug}@{commit[:12]}"
    seconds = wait(what, lambda: awaited(sh, slug, commit, contexts), timeout)
    names = ", ".join(contexts) or "no checks required"
    print(f"{what}: {names}: success after {seconds:.1f} s", flush=True)
