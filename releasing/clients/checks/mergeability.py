"""When a pull request may be merged: its checks, reviews and branch protection are waited for, never bypassed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.clients.checks import commit_checks
from releasing.clients.github import api
from releasing.clients.github.pull_request import PullRequest, read
from releasing.errors import PreconditionError, UnmetError
from releasing.shell.waiting import wait

if TYPE_CHECKING:
    from releasing.shell.programs import Shell

READY = ("clean", "unstable", "has_hooks")
STATES = {
    "behind": "an update of its branch: the base branch has newer commits",
    "blocked": "reviews, or other requirements of the base branch",
    "unknown": "GitHub to compute whether it can be merged",
}


def wait_until_mergeable(
    sh: Shell, slug: str, number: str, head: str, contexts: tuple[str, ...], timeout: float
) -> None:
    """Return when the pull request may be merged at `head`, or is merged; shows what it waits for.

    All checks of `contexts` must succeed on `head`. Raises UnmetError when a check failed, when the pull request
    conflicts with its base, or when `head` is no longer its head; PreconditionError when it was closed.
    """
    what = f"{slug}#{number}"
    merged = False

    def missing() -> str:
        nonlocal merged
        it = read(sh, slug, number)
        merged = it.merged
        return _missing(sh, slug, it, head, contexts)

    seconds = wait(what, missing, timeout)
    print(
        f"{what}: {'merged' if merged else 'may be merged'} at {head[:12]} after {seconds:.1f} s", flush=True
    )


def _missing(sh: Shell, slug: str, it: PullRequest, head: str, contexts: tuple[str, ...]) -> str:
    """What the merge waits for; empty when the pull request may be merged."""
    if it.merged:
        return ""
    if it.state == "closed":
        raise PreconditionError(
            f"{it.url} was closed without being merged", "reopen it, then repeat the same command"
        )
    if it.tip != head:
        raise UnmetError(
            f"{it.url}: {it.tip[:12]} was pushed meanwhile; {head[:12]} is no longer its head",
            "review what was pushed; then repeat the same command, which waits for the new head",
        )
    if text := commit_checks.awaited(sh, slug, head, contexts):
        return text
    if it.mergeable == "dirty":
        raise UnmetError(
            f"{it.url} conflicts with {it.base}",
            "resolve the conflict on its branch, then repeat the same command",
        )
    return _unready(sh, slug, it)


def _unready(sh: Shell, slug: str, it: PullRequest) -> str:
    if it.draft:
        return "it to be marked as ready for review: it is a draft"
    if it.mergeable not in READY:
        asked = (
            f" (requested from: {', '.join(it.reviewers)})"
            if it.reviewers and it.mergeable == "blocked"
            else ""
        )
        return STATES.get(it.mergeable, it.mergeable) + asked
    rules = sh.read(api.question(f"repos/{slug}/rules/branches/{it.base}", ".[].type"))
    return (
        f"the merge queue of {it.base}: add the pull request to it" if "merge_queue" in rules.split() else ""
    )
