"""Branches on origin that are created once: whoever is first wins, and the others are told what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.clients.git import origin
from releasing.clients.git.commits import commits
from releasing.errors import CommandError

if TYPE_CHECKING:
    from releasing.release import Undertaking
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command


def create(release: Undertaking, sh: StepShell, git: Command, branch: str, commit: str) -> None:
    """Put `branch` on origin at `commit` of the clone that `git` works in; one that is there is never moved.

    A branch that came there meanwhile is told about and left as it is. Raises CommandError when the push failed
    and the branch is not there.
    """
    ref = f"refs/heads/{branch}"
    push = git["push", "--quiet", f"--force-with-lease={ref}:", "origin", f"{commit}:{ref}"]
    try:
        sh.run(push)
    except CommandError as error:
        # The answer alone does not tell: somebody may have been first, or it was lost after our push was taken.
        found = _found(release, sh, ref)
        if found is None:
            raise
        sh.run(origin.fetch(release, sh))
        if found == sh.read(git["rev-parse", "--verify", f"{commit}^{{commit}}"]):
            sh.say(
                f"{branch} is on origin at {found[:12]} as wanted, although the push failed: {error.cause}"
            )
        else:
            sh.say(
                f"{branch} was created by somebody else meanwhile, and is used: {_told(release, sh, found)}"
            )


def _found(release: Undertaking, sh: StepShell, ref: str) -> str | None:
    try:
        return origin.commit_of(release, sh, ref)
    except CommandError:
        # Origin is out of reach; why the push failed says more than that.
        return None


def _told(release: Undertaking, sh: StepShell, commit: str) -> str:
    return str(commits(sh, origin.git(release, sh)["log", "-1", commit])[0])
