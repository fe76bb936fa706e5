"""Whether the postsubmit of a commit passed, as steps ask it: a check that runs, or runs again, is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.changes import pull_requests
from releasing.clients.checks import commit_checks
from releasing.runbook.step import Finding

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

RUNNING = "a check of this commit runs again: repeat the same command, which waits for it"
FAILED = (
    "a check of this commit ran again and failed, see its link; repeat the same command when a re-run has passed. "
    "A fix needs a new commit and a new candidate: --candidate next"
)


def unmet(release: Release, sh: StepShell, commit: str, where: str) -> Finding | None:
    """Why the postsubmit of `commit` did not pass, after the words `where`; None when it passed.

    The last thing that a check asks: when all else holds, nothing but the wait is left.
    """
    contexts = release.config.checks.postsubmit
    problems = commit_checks.unsuccessful(sh, release.slug, commit, contexts)
    if not problems:
        return None
    text = f"{where}{'; '.join(map(str, problems))}"
    if any(check.failed for check in problems):
        return Finding(False, text, hint=FAILED)
    return Finding(False, text, wait=pull_requests.waiting(release, sh, commit, contexts), hint=RUNNING)
