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

LONGEST = 60_000  # characters: GitHub takes 65,536 of a text in all
METHOD = (
    'if .allow_squash_merge then "squash" elif .allow_merge_commit then "merge"'
    ' elif .allow_rebase_merge then "rebase" else "squash" end'
)
BY = r'"#\(.number), opened by \(.user.login)"'


@dataclass(frozen=True)
class Change:
    """A pull request of this release: its step, its base branch, its text and its edits.

    `edits` are the commands that make the change in a clone; `wanted` says whether origin's `base` lacks it.
    """

    step: str
    base: str
    title: str
    reason: str
    edits: Callable[[StepShell, str], list[Command]]
    wanted: Callable[[StepShell], bool]


# Makes the change of a pull request from the release and its build tag, which is empty before the build.
Proposal: TypeAlias = "Callable[[Release, str], Change]"


def find(release: ProposingRelease, sh: StepShell, change: Change) -> PullRequest | None:
    """The newest pull request of `change` in any state; None without one."""
    row = sh.read(_lookup(release, sh, change, "all", ROW))
    return PullRequest.parse(row) if row else None


def proposed(release: ProposingRelease, sh: StepShell, change: Change) -> Finding:
    """Whether `change` is proposed or not needed: its pull request is open or merged, or its base contains it."""
    pull_request = find(release, sh, change)
    if pull_request is None:
        if change.wanted(sh):
            return unmet(f"{change.base} lacks the change {change.title!r}, and no pull request proposes it")
        return met(f"{change.base} already contains the change; no pull request is needed")
    if pull_request.merged:
        return met(f"#{pull_request.number} is merged into {change.base} as {pull_request.merge_commit[:12]}")
    if pull_request.state == "closed":
        return unmet(f"#{pull_request.number} was closed without being merged")
    lacking = pull_attention.lacking(sh, release.slug, pull_request.number, release.attention)
    if lacking:
        return unmet(f"#{pull_request.number} is open, but lacks {', '.join(lacking)}")
    return met(f"#{pull_request.number} is open, at {pull_request.tip[:12]}")


def is_settled(release: ProposingRelease, sh: StepShell, change: Change) -> bool:
    """Whether `change` is merged, or was never needed because its base already contains it."""
    return _settles(find(release, sh, change), sh, change)


def _settles(newest: PullRequest | None, sh: StepShell, change: Change) -> bool:
    return newest.merged if newest else not change.wanted(sh)


def clone(release: AnyRelease, sh: StepShell, step: str, base: str) -> str:
    """Make a new scratch clone for `step`, at `base` of origin; its path."""
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
    """Put the change on its branch on origin, unless the branch has it: clone, edit, commit, push.

    An existing branch was pushed completely by an earlier run, unless it has nothing of its own.
    """
    standing = ""

    def lacks() -> bool:
        nonlocal standing
        standing = at(release, sh, change) or ""
        return not standing or is_empty(release, sh, change, standing)

    if not sh.needed(lacks):
        return
    scratch = clone_to_edit(release, sh, change.step, change.base)
    for edit in change.edits(sh, scratch):
        sh.run(edit)
    sh.run(sh["git"]["-C", scratch, "add", "--all"])
    paragraphs = [change.title, change.reason, *_marks(release, change)]
    message = [word for paragraph in paragraphs for word in ("-m", paragraph)]
    sh.run(sh["git"]["-C", scratch, "commit", "--quiet", *message])
    git = sh["git"]["-C", scratch]
    branch_creation.create(release.origin(sh), git, release.head(change.step), "HEAD", standing)


def at(release: ProposingRelease, sh: StepShell, change: Change) -> str | None:
    """The commit that the branch of `change` is at on origin."""
    return release.origin(sh).commit_of(f"refs/heads/{release.head(change.step)}")


def is_empty(release: ProposingRelease, sh: StepShell, change: Change, commit: str) -> bool:
    """Whether the branch of `change`, at `commit`, has nothing of its own, and no pull request that was merged.

    A plan that went on after an edit failed pushed its base; GitHub takes no pull request without a commit.
    """
    return release.origin(sh).is_on(commit, change.base) and find(release, sh, change) is None


def request(release: ProposingRelease, sh: StepShell, change: Change) -> None:
    """Open the pull request for the branch of `change`, unless it exists, and add its labels and reviewers."""
    live = _lookup(release, sh, change, "all", f"{ALIVE} | .number")
    if sh.lacks(live):
        head, body = release.head(change.step), _body(release, sh, change)
        error = release.pull_requests(sh).open(change.title, head, change.base, body)
        if error:
            # The answer may be lost, or somebody ran the same command: the list on GitHub decides.
            found = sh.look(_lookup(release, sh, change, "all", f"{ALIVE} | {BY}"))
            sh.say(f"{found}, exists, although opening it failed: {error.cause}")
    if release.attention:
        number = sh.read(live, pending=f"{change.step} pull request")
        pull_attention.ask(sh, release.slug, number, release.attention)


def settle(release: ProposingRelease, sh: StepShell, change: Change) -> None:
    """Wait until the pull request may be merged, then merge exactly the head that was tested, unless it is merged."""
    newest: PullRequest | None = None

    def unsettled() -> bool:
        nonlocal newest
        newest = find(release, sh, change)
        return not _settles(newest, sh, change)

    if not sh.needed(unsettled):
        return
    known, tip = (str(newest.number), newest.tip) if newest and newest.state == "open" else ("", "")
    number = sh.read(
        _lookup(release, sh, change, "open", ".number"), f"{change.step} pull request", value=known
    )
    if not number:
        raise PreconditionError(
            f"{change.step} has no open pull request on {change.base}",
            f"open it: {release.redo(change.step)}",
        )
    path = f"repos/{release.slug}/pulls/{number}"
    head = sh.read(api.question(path, ".head.sha"), f"{change.step} head", value=tip)
    options = [word for context in release.config.checks.presubmit for word in ("--context", context)]
    sh.wait(sh["wait_to_merge.py"][release.slug, number, head, *options])
    if not sh.needed(lambda: not is_settled(release, sh, change)):
        sh.say(f"#{number} was merged by {_merger(sh, path)} meanwhile")
        return
    fields = api.text_fields([("sha", head), ("merge_method", _merge_method(release, sh))])
    try:
        sh.run(api.change("PUT", f"{path}/merge", *fields))
    except CommandError as error:
        if not is_settled(release, sh, change):
            raise
        sh.say(f"#{number} was merged by {_merger(sh, path)}, although merging it failed here: {error.cause}")


def _merge_method(release: ProposingRelease, sh: StepShell) -> str:
    """How pull requests are merged: as release.yaml says, else the first way that the repository allows."""
    return release.config.pull_requests.merge_method or sh.read(
        api.question(f"repos/{release.slug}", METHOD), pending="merge method", known=True
    )


def _merger(sh: StepShell, path: str) -> str:
    """Who merged the pull request: a person, or an app such as the merge queue."""
    return sh.look(api.question(path, '.merged_by.login // "somebody"'))


def waiting(release: ProposingRelease, sh: StepShell, commit: str, contexts: tuple[str, ...]) -> Command:
    """The command that waits until every one of `contexts` has succeeded on `commit`."""
    options = [word for context in contexts for word in ("--context", context)]
    return sh["wait_for_checks.py"][release.slug, commit, *options]


def _body(release: ProposingRelease, sh: StepShell, change: Change) -> str:
    """The text for reviewers: the reason, the commands that made the change, and the release."""
    commands = _shortened([f"    {_line(edit)}" for edit in change.edits(sh, ".")])
    made = f"Made by, in a checkout of {change.base}:\n\n{commands}"
    place = f"{release.purpose}, step {change.step}."
    return "\n\n".join([change.reason, made, place, *_marks(release, change)])


def _shortened(lines: list[str]) -> str:
    """The lines, as many as GitHub takes in the text of a pull request, which has a reason and marks besides."""
    kept, left = list[str](), LONGEST
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            more = f"    # and {len(lines) - len(kept)} more, too long for this text: release.plan shows them"
            return "\n".join([*kept, more])
        kept.append(line)
    return "\n".join(kept)


def _line(edit: Command) -> str:
    # Without the quotes for a terminal: the whole text is quoted once more.
    line = shlex.join(edit.words)
    return f"(cd {shlex.quote(edit.folder)} && {line})" if edit.folder else line


def _marks(release: ProposingRelease, change: Change) -> list[str]:
    """The trailer that marks a change of the release branch as solely for the release."""
    if change.base != release.branch:
        return []
    return [f"{release.config.branching.release_only_trailer}: {change.step} of {release.tag}"]


def _lookup(release: ProposingRelease, sh: StepShell, change: Change, state: str, wanted: str) -> Command:
    head = f"{release.owner}:{release.head(change.step)}"
    return release.pull_requests(sh).newest(head, change.base, state, wanted)
