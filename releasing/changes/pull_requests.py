"""Changes that reach origin through pull requests, on branches whose names follow from release and step."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from releasing.clients.git import branch_creation
from releasing.clients.github import api, pull_attention
from releasing.clients.github.pull_request import ALIVE, ROW, PullRequest
from releasing.errors import CommandError, PreconditionError
from releasing.runbook.step import Finding, met, unmet
from releasing.shell.command import Command

if TYPE_CHECKING:
    from releasing.release import AnyRelease, ProposingRelease, Release
    from releasing.runbook.step_shell import StepShell

BY = r'"#\(.number), opened by \(.user.login)"'


@dataclass(frozen=True)
class Change:
    """A pull request of this release: the step that makes it, where it goes, what it says and edits.

    `edits` are the commands that make the change in a clone; `wanted` says whether origin's `base` lacks it.
    """

    step: str
    base: str
    title: str
    reason: str
    edits: Callable[[StepShell, str], list[Command]]
    wanted: Callable[[StepShell], bool]


# What makes a pull request, given the release and its build tag, which is empty while nothing is built.
Proposal: TypeAlias = "Callable[[Release, str], Change]"


def find(release: ProposingRelease, sh: StepShell, change: Change) -> PullRequest | None:
    """The newest pull request of `change` in any state; None when there is none."""
    row = sh.read(_lookup(release, sh, change, "all", ROW))
    return PullRequest.parse(row) if row else None


def proposed(release: ProposingRelease, sh: StepShell, change: Change) -> Finding:
    """Whether `change` is under way or not needed: its pull request is open or merged, or its base has it all."""
    pull_request = find(release, sh, change)
    if pull_request is None:
        if change.wanted(sh):
            return unmet(f"{change.base} lacks the change {change.title!r}, and no pull request proposes it")
        return met(f"{change.base} has it all; no pull request is needed")
    if pull_request.merged:
        return met(f"#{pull_request.number} is merged into {change.base} as {pull_request.merge_commit[:12]}")
    if pull_request.state == "closed":
        return unmet(f"#{pull_request.number} was closed without being merged")
    lacking = pull_attention.lacking(sh, release.slug, pull_request.number, release.attention)
    if lacking:
        return unmet(f"#{pull_request.number} is open, but lacks {', '.join(lacking)}")
    return met(f"#{pull_request.number} is open, at {pull_request.tip[:12]}")


def is_settled(release: ProposingRelease, sh: StepShell, change: Change) -> bool:
    """Whether `change` is merged, or was never needed because its base holds it already."""
    pull_request = find(release, sh, change)
    return pull_request.merged if pull_request else not change.wanted(sh)


def clone(release: AnyRelease, sh: StepShell, step: str, base: str) -> str:
    """Make the scratch clone of `step` anew, at `base` of origin; its path."""
    scratch = release.scratch(step)
    sh.run(sh["rm"]["-rf", scratch])
    sh.run(
        sh["git"]["clone", "--quiet", "--reference", release.checkout, "--branch", base, release.url, scratch]
    )
    return scratch


def clone_to_edit(release: AnyRelease, sh: StepShell, step: str, base: str) -> str:
    """The same, with files as the commit has them: what is committed there is what was edited."""
    scratch = release.scratch(step)
    sh.run(sh["rm"]["-rf", scratch])
    sh.run(sh["clone_exactly.py"]["--reference", release.checkout, "--branch", base, release.url, scratch])
    return scratch


def propose(release: ProposingRelease, sh: StepShell, change: Change) -> None:
    """Put the change on its branch on origin and open its pull request."""
    push(release, sh, change)
    request(release, sh, change)


def push(release: ProposingRelease, sh: StepShell, change: Change) -> None:
    """Put the change on its branch on origin: clone, edit, commit, push; not at all when it is there.

    A branch that is there was pushed whole by an earlier run.
    """
    branch = f"refs/heads/{release.head(change.step)}"
    if not sh.lacks(release.origin(sh).listed(branch)):
        return
    scratch = clone_to_edit(release, sh, change.step, change.base)
    for edit in change.edits(sh, scratch):
        sh.run(edit)
    sh.run(sh["git"]["-C", scratch, "add", "--all"])
    paragraphs = [change.title, change.reason, *_marks(release, change)]
    message = [word for paragraph in paragraphs for word in ("-m", paragraph)]
    sh.run(sh["git"]["-C", scratch, "commit", "--quiet", *message])
    branch_creation.create(release.origin(sh), sh["git"]["-C", scratch], release.head(change.step), "HEAD")


def request(release: ProposingRelease, sh: StepShell, change: Change) -> None:
    """Open the pull request for the branch of `change`, unless it is there, and ask for its labels and reviews."""
    live = _lookup(release, sh, change, "all", f"{ALIVE} | .number")
    if sh.lacks(live):
        head, body = release.head(change.step), _body(release, sh, change)
        error = release.pull_requests(sh).open(change.title, head, change.base, body)
        if error:
            # The answer may be lost, or somebody ran the same command: what is there decides.
            found = sh.look(_lookup(release, sh, change, "all", f"{ALIVE} | {BY}"))
            sh.say(f"{found}, is there, although opening it failed: {error.cause}")
    if release.attention:
        number = sh.read(live, pending=f"{change.step} pull request")
        pull_attention.ask(sh, release.slug, number, release.attention)


def settle(release: ProposingRelease, sh: StepShell, change: Change) -> None:
    """Wait until the pull request may be merged, then merge exactly the head that was tested, unless it is merged."""
    if not sh.needed(lambda: not is_settled(release, sh, change)):
        return
    number = sh.read(_lookup(release, sh, change, "open", ".number"), pending=f"{change.step} pull request")
    if not number:
        raise PreconditionError(
            f"{change.step} has no open pull request on {change.base}",
            f"open it: {release.redo(change.step)}",
        )
    path = f"repos/{release.slug}/pulls/{number}"
    head = sh.read(api.question(path, ".head.sha"), pending=f"{change.step} head")
    options = [word for context in release.config.checks.presubmit for word in ("--context", context)]
    sh.wait(sh["wait_to_merge.py"][release.slug, number, head, *options])
    if not sh.needed(lambda: not is_settled(release, sh, change)):
        sh.say(f"#{number} was merged by {_merger(sh, path)} meanwhile")
        return
    fields = api.text_fields([("sha", head), ("merge_method", "squash")])
    try:
        sh.run(api.change("PUT", f"{path}/merge", *fields))
    except CommandError as error:
        if not is_settled(release, sh, change):
            raise
        sh.say(f"#{number} was merged by {_merger(sh, path)}, although merging it failed here: {error.cause}")


def _merger(sh: StepShell, path: str) -> str:
    """Who merged the pull request: a person, or an app such as the merge queue."""
    return sh.look(api.question(path, '.merged_by.login // "somebody"'))


def waiting(release: ProposingRelease, sh: StepShell, commit: str, contexts: tuple[str, ...]) -> Command:
    """The command that waits until every one of `contexts` has succeeded on `commit`."""
    options = [word for context in contexts for word in ("--context", context)]
    return sh["wait_for_checks.py"][release.slug, commit, *options]


def _body(release: ProposingRelease, sh: StepShell, change: Change) -> str:
    """Why, what was run, and for which release: what a reviewer needs to do the same by hand."""
    commands = "\n".join(f"    {_line(edit)}" for edit in change.edits(sh, "."))
    made = f"Made by, in a checkout of {change.base}:\n\n{commands}"
    place = f"{release.purpose}, step {change.step}."
    return "\n\n".join([change.reason, made, place, *_marks(release, change)])


def _line(edit: Command) -> str:
    # Not as a terminal wants it: the text as a whole is quoted once more.
    line = shlex.join(edit.words)
    return f"(cd {shlex.quote(edit.folder)} && {line})" if edit.folder else line


def _marks(release: ProposingRelease, change: Change) -> list[str]:
    """What tells the branching policy that a change of the release branch is solely for the release."""
    if change.base != release.branch:
        return []
    return [f"{release.config.branching.release_only_trailer}: {change.step} of {release.tag}"]


def _lookup(release: ProposingRelease, sh: StepShell, change: Change, state: str, wanted: str) -> Command:
    head = f"{release.owner}:{release.head(change.step)}"
    return release.pull_requests(sh).newest(head, change.base, state, wanted)
