"""Labels and reviewers of the release's own pull requests: asked for once each, as release.yaml says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.release import Undertaking
    from releasing.runbook.step_shell import StepShell

# GitHub asks nobody to review their own pull request.
FACTS = "[.labels[].name], [.requested_reviewers[].login, .user.login]"


def is_wanted(release: Undertaking) -> bool:
    """Whether release.yaml asks for labels or reviewers at all."""
    return bool(release.config.pull_requests.labels or release.config.pull_requests.reviewers)


def ask(release: Undertaking, sh: StepShell, number: str) -> None:
    """Give the pull request its labels and reviewers; what it has already does no harm."""
    wanted = release.config.pull_requests
    path = f"repos/{release.slug}"
    labels = [word for label in wanted.labels for word in ("-f", f"labels[]={label}")]
    if labels:
        sh.run(sh["gh"]["api", "-X", "POST", f"{path}/issues/{number}/labels", "--silent", *labels])
    people = [word for login in wanted.reviewers for word in ("-f", f"reviewers[]={login}")]
    if people:
        sh.run(
            sh["gh"]["api", "-X", "POST", f"{path}/pulls/{number}/requested_reviewers", "--silent", *people]
        )


def lacking(release: Undertaking, sh: StepShell, number: str) -> list[str]:
    """What the pull request lacks: labels, and people who were neither asked for a review nor gave one."""
    wanted = release.config.pull_requests
    if not is_wanted(release):
        return []
    path = f"repos/{release.slug}/pulls/{number}"
    labels, people = json.loads(sh.read(sh["gh"]["api", path, "--jq", f"[{FACTS}] | @json"]))
    people += sh.read(sh["gh"]["api", "--paginate", f"{path}/reviews", "--jq", ".[].user.login"]).split()
    lost = [f"the label {label}" for label in wanted.labels if label not in labels]
    return lost + [f"a review by {login}" for login in wanted.reviewers if login not in people]
