"""GitHub's merge button: a real merge in the bare repository, refused as GitHub refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from releasing.rehearsal.github.git import git_objects, git_program
from releasing.rehearsal.github.git.git_objects import Person
from releasing.rehearsal.github.pulls.allowed_merges import owners_settings
from releasing.rehearsal.github.pulls.protection import rule_for
from releasing.rehearsal.github.pulls.pull_following import branch_head, followed
from releasing.rehearsal.github.pulls.requirements import is_behind, what_blocks
from releasing.rehearsal.github.requests import Call, Refused, Reply, fields, invalid, not_found
from releasing.rehearsal.github.state import Issue, PullRecord

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
    commit = merged(call, issue, replace(pull, merger=call.login), method, given)
    return Reply(200, {"sha": commit, "merged": True, "message": "Pull Request successfully merged"})


def merged(call: Call, issue: Issue, pull: PullRecord, method: str, given: dict[str, Any]) -> str:
    """Merge the head into the base and give the commit; 405 when they conflict, or the base moved meanwhile."""
    base = branch_head(call.repository, pull.base)
    tree = git_objects.merged_tree(call.repository.path, base, pull.head_commit) if base else None
    if base is None or tree is None:
        raise Refused(405, "Pull Request is not mergeable")
    if method == "rebase":
        made = _rebased(call.repository.path, base, pull.head_commit, author(call.login))
        commit, pull = made[-1], replace(pull, rebased=len(made))
    else:
        parents = [base] if method == "squash" else [base, pull.head_commit]
        message = _message(issue, pull, method, given)
        commit = git_objects.commit_tree(call.repository.path, tree, parents, message, author(issue.login))
    _put_on_base(call, issue, replace(pull, merging=commit), base)
    return commit


def _rebased(path: Path, base: str, head: str, committer: Person) -> list[str]:
    """Each commit of the head anew on the base, with its own author and message, committed by who merges."""
    made = [base]
    for commit in git_program.git(path, "rev-list", "--reverse", "--no-merges", f"{base}..{head}").split():
        tree = git_objects.merged_tree(path, base, commit)
        if tree is None:
            raise Refused(405, "This branch can't be rebased due to conflicts")
        shown = git_program.git(path, "log", "-1", "--format=%an%x00%ae%x00%B", commit)
        name, mail, message = shown.split("\0")
        message, writer = f"{message.rstrip()}\n", Person(name, mail)
        made.append(git_objects.commit_tree(path, tree, [made[-1]], message, writer, committer))
    return made[1:] or [base]


def _need_mergeable(call: Call, issue: Issue, pull: PullRecord, method: str, expected: str) -> None:
    if method not in METHODS:
        raise invalid("PullRequest", "invalid", "merge_method")
    if issue.closed is not None:
        raise Refused(405, "Pull Request is not mergeable")
    if pull.draft:
        raise Refused(405, "Pull Request is still a draft")
    if expected != pull.head_commit:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    if refusal := owners_settings(call.repository).refusal(method):
        raise Refused(405, refusal)
    _need_rules_met(call, pull)


def _need_rules_met(call: Call, pull: PullRecord) -> None:
    blocked = what_blocks(call, pull)
    if blocked:
        raise Refused(405, blocked)
    if is_behind(call, pull):
        raise Refused(405, "The head branch is not up to date with the base branch.")
    if rule_for(call, pull.base).merge_queue:
        raise Refused(405, "Changes must be made through the merge queue")


def _message(issue: Issue, pull: PullRecord, method: str, given: dict[str, Any]) -> str:
    if method == "squash":
        title, text = f"{issue.title} (#{issue.number})", issue.body or ""
    else:
        title, text = f"Merge pull request #{issue.number} from {pull.head_owner}/{pull.head}", issue.title
    title, text = given.get("commit_title", title), given.get("commit_message", text)
    return f"{title}\n\n{text}".rstrip("\n") + "\n"


def update_branch(call: Call) -> Reply:
    """PUT pulls/{number}/update-branch: merge the base into the head; 422 when there is nothing, or it conflicts."""
    issue, pull = call.pull()
    given = fields(call, "PullRequest", {}, {"expected_head_sha": str})
    base, path = branch_head(call.repository, pull.base), call.repository.path
    if issue.closed is not None or base is None or pull.head_owner != call.repository.owner:
        raise Refused(422, "The head branch cannot be updated.")
    if given.get("expected_head_sha", pull.head_commit) != pull.head_commit:
        raise Refused(422, "expected head sha didn't match current head ref.")
    if git_objects.is_ancestor(path, base, pull.head_commit):
        raise Refused(422, "There are no new commits on the base branch.")
    tree = git_objects.merged_tree(path, pull.head_commit, base)
    if tree is None:
        raise Refused(422, "merge conflict between base and head")
    parents, message = [pull.head_commit, base], f"Merge branch '{pull.base}' into {pull.head}\n"
    commit = git_objects.commit_tree(path, tree, parents, message, author(call.login))
    if not git_objects.moved(path, f"refs/heads/{pull.head}", commit, pull.head_commit):
        raise Refused(422, "expected head sha didn't match current head ref.")
    return Reply(202, {"message": "Updating pull request branch.", "url": f"{call.url}/pulls/{issue.number}"})


def author(login: str) -> Person:
    """The user as git knows the author of what GitHub commits in that name."""
    return Person(login, f"{login}@users.noreply.github.com")


def _put_on_base(call: Call, issue: Issue, pull: PullRecord, base: str) -> None:
    # Noted before the base moves: should this process end between the two, the next answer still knows that
    # it was merged, and as which commit.
    noted = call.state.with_issue(replace(issue, pull=pull))
    call.repository.write(noted)
    merging = pull.merging or ""
    if not git_objects.moved(call.repository.path, f"refs/heads/{pull.base}", merging, base):
        raise Refused(405, "Base branch was modified. Review and try the merge again.")
    call.repository.write(followed(call.repository, noted, call.now))
