"""GitHub's merge queue: who is in it is merged once the checks had their time, or falls out of it."""

from __future__ import annotations

from dataclasses import replace

from releasing.rehearsal.github.pulls.merge_button import merged
from releasing.rehearsal.github.pulls.protection import rule_for
from releasing.rehearsal.github.pulls.pull_shapes import is_mergeable
from releasing.rehearsal.github.pulls.requirements import what_blocks
from releasing.rehearsal.github.requests import Call, Refused
from releasing.rehearsal.github.state import Issue, PullRecord


def advanced(call: Call) -> Call:
    """The call with the state once the queue has merged what is due."""
    for issue in call.state.issues:
        pull = issue.pull
        if pull is None or issue.closed is not None or pull.queued is None:
            continue
        if call.now >= pull.queued + call.settings.pending_seconds:
            _settle(call, issue, replace(pull, queued=None))
            call = replace(call, state=call.repository.read())
    return call


def _settle(call: Call, issue: Issue, pull: PullRecord) -> None:
    try:
        if what_blocks(call, pull) is None:
            merged(call, issue, pull, "merge", {})
            return
    except Refused:
        # It conflicts with what came before it.
        pass
    call.repository.write(call.state.with_issue(replace(issue, pull=pull)))


def enqueue(call: Call) -> int:
    """Put the pull request that the path numbers into the queue, and say at which place; 422 when it cannot be."""
    issue, pull = call.pull()
    if not rule_for(call, pull.base).merge_queue:
        raise Refused(422, f"{pull.base} has no merge queue")
    if issue.closed is not None or pull.draft or what_blocks(call, pull) or not is_mergeable(call, pull):
        raise Refused(422, "Pull request is not in a state to be queued")
    waiting = [one for one in call.state.issues if one.pull and one.pull.queued and one.closed is None]
    if issue not in waiting:
        queued = replace(issue, pull=replace(pull, queued=call.now))
        call.repository.write(call.state.with_issue(queued))
        waiting.append(queued)
    return [one.number for one in waiting].index(issue.number) + 1
