"""The pull request of a pick: found again or opened, with the source of each commit in its text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from releasing.branching import policy
from releasing.clients.git.commits import picked_from, printable
from releasing.errors import PreconditionError, UnmetError

if TYPE_CHECKING:
    from releasing.branching.cherry_pick import Pick
    from releasing.clients.git.commits import Commit
    from releasing.clients.github.pull_request import PullRequest
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

TITLE_LIMIT = 200  # characters; GitHub takes 256


def found(it: Pick, sh: StepShell, into: Iterable[PullRequest]) -> bool:
    """Whether the pull request of this pick exists, open or merged, among those `into` the release branch.

    Other open pull requests with the same commits are reported. Raises PreconditionError when it was closed.
    """
    ours = [each for each in into if each.head == f"{it.release.owner}:{it.head}"]
    for each in (each for each in into if each.state == "open" and each not in ours):
        if picked_from(each.body) & {commit.id for commit in it.commits}:
            sh.say(f"another pull request has some of these commits, too: {_told(it.release, each)}")
    if not ours:
        return False
    newest = ours[0]
    if newest.state == "closed" and not newest.merged:
        path = f"repos/{it.release.slug}/pulls/{newest.number}"
        raise PreconditionError(
            f"#{newest.number}, the pull request of this pick, was closed without being merged",
            f"reopen it: gh api -X PATCH {path} -f state=open",
        )
    sh.say(f"{it.release.branch} gets these commits by {_told(it.release, newest)}")
    return True


def request(it: Pick, sh: StepShell) -> None:
    """Open the pull request of the branch on origin, once; UnmetError when GitHub does not list it afterwards."""
    release = it.release
    release.pull_requests(sh).open(_title(it), it.head, release.branch, _body(it))
    if not found(it, sh, _listed(it, sh)):
        raise UnmetError(f"GitHub lists no pull request of {it.head}", f"repeat the same command: {it.again}")


def reason(release: Release, sh: StepShell, commit: Commit) -> str:
    """Why `commit` is solely for the release: by its message or the label of its pull request; empty if it is not."""
    if said := policy.release_only(release, commit.message):
        return said
    label = release.config.branching.release_only_label
    owners = release.pull_requests(sh).introducing(commit.id) if label else []
    return next((f"labelled in #{each.number}" for each in owners if label in each.labels), "")


def _listed(it: Pick, sh: StepShell) -> list[PullRequest]:
    release = it.release
    return release.pull_requests(sh).onto(release.branch, head=f"{release.owner}:{it.head}")


def _title(it: Pick) -> str:
    if len(it.commits) > 1:
        return f"Pick {len(it.commits)} commits onto {it.release.branch}"
    return printable(f"Pick onto {it.release.branch}: {it.commits[0].subject}")[:TITLE_LIMIT]


def _body(it: Pick) -> str:
    """The text that a squash must keep: the source of each commit, and the marks of those solely for the release."""
    trailer = it.release.config.branching.release_only_trailer
    begin = f"Picked onto {it.release.branch} for {it.release.version.tag}:"
    items = [
        f"- {printable(commit.subject)}\n  (cherry picked from commit {commit.id})" for commit in it.commits
    ]
    marks = [f"{trailer}: {printable(why)}" for why in it.reasons]
    return "\n\n".join(filter(None, [begin, "\n".join(items), "\n".join(marks)]))


def _told(release: Release, each: PullRequest) -> str:
    state = "merged" if each.merged else each.state
    return f"#{each.number} ({state}): https://github.com/{release.slug}/pull/{each.number}"
