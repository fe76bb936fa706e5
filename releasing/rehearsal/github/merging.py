"""GitHub's merge button: a real merge in the bare repository, refused as GitHub refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from releasing.rehearsal.github import git_objects
from releasing.rehearsal.github.checks import what_blocks
from releasing.rehearsal.github.git_objects import Person
from releasing.rehearsal.github.pull_following import branch_head, followed
from releasing.rehearsal.github.requests import Call, Refused, Reply, fields, invalid, not_found
from releasing.rehearsal.github.state import Issue, PullRequest

METHODS = ("merge", "squash", "rebase")


def is_merged(call: Call) -> Reply:
    """GET pulls/{number}/merge: 204 when it is merged, 404 when not."""
    _, pull = call.pull()
    if pull.merge_commit is None:
        raise not_found()
    return Reply(204)


def merge_pull(call: Call) -> Reply:
    """PUT pulls/{number}/merge: 409 when the head is not `sha`, 405 when closed, blocked or conflicting."""
    issue, pull = call.pull()
    given = fields(
        call, "PullRequest", {}, dict.fromkeys(("commit_title", "commit_message", "sha", "merge_method"), str)
    )
    method = given.get("merge_method", "merge")
    _need_mergeable(call, issue, pull, method, given.get("sha", pull.head_commit))
    base = branch_head(call.repository, pull.base)
    tree = git_objects.merged_tree(call.repository.path, base, pull.head_commit) if base else None
    if base is None or tree is None:
        raise Refused(405, "Pull Request is not mergeable")
    parents = [base] if method == "squash" else [base, pull.head_commit]
    message = _message(issue, pull, method, given)
    commit = git_objects.commit_tree(call.repository.path, tree, parents, message, _author(issue.login))
    _put_on_base(call, issue, replace(pull, merging=commit), base)
    return Reply(200, {"sha": commit, "merged": True, "message": "Pull Request successfully merged"})


def _need_mergeable(call: Call, issue: Issue, pull: PullRequest, method: str, expected: str) -> None:
    if method not in METHODS:
        raise invalid("PullRequest", "invalid", "merge_method")
    if issue.closed is not None:
        raise Refused(405, "Pull Request is not mergeable")
    if pull.draft:
        raise Refused(405, "Pull Request is still a draft")
    if expected != pull.head_commit:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    if method == "rebase":
        raise Refused(405, "Rebase merges are not allowed on this repository.")
    blocked = what_blocks(call, pull.head_commit)
    if blocked:
        raise Refused(405, blocked)


def _message(issue: Issue, pull: PullRequest, method: str, given: dict[str, Any]) -> str:
    if method == "squash":
        title, text = f"{issue.title} (#{issue.number})", issue.body or ""
    else:
        title, text = f"Merge pull request #{issue.number} from {pull.head_owner}/{pull.head}", issue.title
    title, text = given.get("commit_title", title), given.get("commit_message", text)
    return f"{title}\n\n{text}".rstrip("\n") + "\n"


def _author(login: str) -> Person:
    return Person(login, f"{login}@users.noreply.github.com")


def _put_on_base(call: Call, issue: Issue, pull: PullRequest, base: str) -> None:
    # Noted before the base moves: should this process end between the two, the next answer still knows that
    # it was merged, and as which commit.
    noted = call.state.with_issue(replace(issue, pull=pull))
    call.repository.write(noted)
    merging = pull.merging or ""
    if not git_objects.moved(call.repository.path, f"refs/heads/{pull.base}", merging, base):
        raise Refused(405, "Base branch was modified. Review and try the merge again.")
    call.repository.write(followed(call.repository, noted, call.now))
