"""How pull requests follow git: whoever moved a branch, and however, the next answer knows of it.

A pull request whose head moved has the head's commit; one whose branch is gone is closed; one whose commits
came onto the base is merged, be it by a push or by a merge here that was cut short after the base moved.
"""

from __future__ import annotations

from dataclasses import replace

from releasing.rehearsal.github.git import git_objects, git_program
from releasing.rehearsal.github.state import Issue, PullRecord, Repository, State


def followed(repository: Repository, state: State, now: float) -> State:
    """The state once every open pull request has followed its branches."""
    for issue in state.issues:
        if issue.pull is not None and issue.closed is None:
            state = _follow(repository, state, issue, issue.pull, now)
    return state


def _follow(repository: Repository, state: State, issue: Issue, pull: PullRecord, now: float) -> State:
    base = branch_head(repository, pull.base)
    arrived = _merged_as(repository, pull, base)
    if arrived:
        merged = replace(pull, merge_commit=arrived, merging=None)
        state = replace(state, arrived={arrived: now, **state.arrived})
        return state.with_issue(replace(issue, closed=now, pull=merged))
    head = branch_head(head_repository(repository, pull.head_owner), pull.head)
    if head is None or base is None:
        return state.with_issue(replace(issue, closed=now))
    if head != pull.head_commit:
        pull = replace(pull, head_commit=head, base_commit=base, queued=None)
        keep_head(repository, issue.number, pull)
    return replace(state, heads={head: now, **state.heads}).with_issue(replace(issue, pull=pull))


def _merged_as(repository: Repository, pull: PullRecord, base: str | None) -> str | None:
    if base is None:
        return None
    if pull.merging and git_objects.is_ancestor(repository.path, pull.merging, base):
        return pull.merging
    return base if git_objects.is_ancestor(repository.path, pull.head_commit, base) else None


def branch_head(repository: Repository, branch: str) -> str | None:
    """The commit at the head of a branch; None when there is no such branch, or no such repository."""
    return git_objects.branch_commit(repository.path, branch)


def head_repository(repository: Repository, owner: str) -> Repository:
    """Where `owner` pushes: the repository itself, or the fork of the same name."""
    return replace(repository, owner=owner)


def keep_head(repository: Repository, number: int, pull: PullRecord) -> None:
    """Point refs/pull/{number}/head at the head, as GitHub does, fetching it first when it is on a fork."""
    fork = head_repository(repository, pull.head_owner)
    if fork != repository:
        branch = f"refs/heads/{pull.head}"
        git_program.git(repository.path, "fetch", "--quiet", "--no-tags", str(fork.path), branch)
    git_program.git(repository.path, "update-ref", f"refs/pull/{number}/head", pull.head_commit)
