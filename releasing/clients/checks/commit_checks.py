"""Checks of commits on GitHub: commit statuses and check runs, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.clients.github import api
from releasing.errors import PreconditionError, UnmetError
from releasing.shell.waiting import wait

if TYPE_CHECKING:
    from releasing.shell.programs import Shell
    from releasing.shell.protocol import Reads

STATUSES = '.statuses[] | [.context, .state, .target_url // ""] | @tsv'
RUNS = '.check_runs[] | [.name, .conclusion // "pending", .html_url // ""] | @tsv'
PASSED = ("success", "neutral", "skipped")
FAILED = ("failure", "error", "cancelled", "timed_out", "action_required", "startup_failure")


@dataclass(frozen=True)
class Check:
    """A check of a commit as GitHub reports it."""

    name: str
    state: str
    link: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.state}" + (f" ({self.link})" if self.link else "")

    @property
    def failed(self) -> bool:
        """Whether the check failed, so that waiting does not help."""
        return self.state in FAILED


def reported(sh: Reads, slug: str, commit: str) -> dict[str, Check]:
    """Every check on `commit` of the repository `slug`, by name."""
    base = f"repos/{slug}/commits/{commit}"
    rows = sh.read(api.question(f"{base}/status?per_page=100", STATUSES, pages=True)).splitlines()
    rows += sh.read(api.question(f"{base}/check-runs?per_page=100", RUNS, pages=True)).splitlines()
    return {check.name: check for check in (Check(*row.split("\t")) for row in rows)}


def unsuccessful(sh: Reads, slug: str, commit: str, contexts: tuple[str, ...]) -> list[Check]:
    """The checks of `contexts` that have not succeeded on `commit`."""
    found = reported(sh, slug, commit)
    wanted = [found.get(context, Check(context, "not reported")) for context in contexts]
    return [check for check in wanted if check.state not in PASSED]


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
