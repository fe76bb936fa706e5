"""Branches on origin that are created once: the first creator wins, and later ones are told which commit it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.clients.git.commits import commits
from releasing.errors import CommandError

if TYPE_CHECKING:
    from releasing.clients.git.checkout import Checkout
    from releasing.shell.command import Command


def create(checkout: Checkout, git: Command, branch: str, commit: str, instead: str = "") -> None:
    """Put `branch` on origin at `commit` of the clone that `git` works in; an existing branch is never moved.

    But for one that is at `instead`, if that is given: a branch without a commit of its own.
    A branch that somebody else created meanwhile is reported and left as it is; `checkout` is then fetched again.
    Raises CommandError when the push failed and the branch does not exist.
    """
    sh, ref = checkout.sh, f"refs/heads/{branch}"
    push = git["push", "--quiet", f"--force-with-lease={ref}:{instead}", "origin", f"{commit}:{ref}"]
    try:
        sh.run(push)
    except CommandError as error:
        # The answer alone is not enough: somebody may have been first, or it was lost after origin took our push.
        found = _found(checkout, ref)
        if found is None:
            raise
        sh.run(checkout.fetch())
        if found == sh.read(git["rev-parse", "--verify", f"{commit}^{{commit}}"]):
            sh.say(
                f"{branch} is on origin at {found[:12]} as wanted, although the push failed: {error.cause}"
            )
        else:
            told = commits(sh, checkout.git["log", "-1", found])[0]
            sh.say(f"somebody else created {branch} meanwhile; it is used as it is: {told}")


def _found(checkout: Checkout, ref: str) -> str | None:
    try:
        return checkout.commit_of(ref)
    except CommandError:
        # Origin is out of reach; the reason of the failed push is the better message.
        return None
