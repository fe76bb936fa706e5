"""GitHub's pull requests: opening, reading, editing, and asking for reviews."""

from __future__ import annotations

from dataclasses import replace

from releasing.rehearsal.github import shapes as github_shapes
from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.pulls.pull_following import branch_head, head_repository, keep_head
from releasing.rehearsal.github.pulls.pull_shapes import pull_in_list, whole_pull
from releasing.rehearsal.github.requests import NOTHING, Call, Kind, Reply, fields, invalid, page_of
from releasing.rehearsal.github.state import Issue, PullRecord

RESOURCE = "PullRequest"


def list_pulls(call: Call) -> Reply:
    """GET pulls: by state, head (`owner:branch`; without an owner GitHub ignores it) and base."""
    found = [
        (issue, issue.pull)
        for issue in call.state.issues
        if issue.pull and _in_state(call, issue) and _from(call, issue.pull) and _onto(call, issue.pull)
    ]
    if call.query.get("direction", "desc") == "desc":
        found.reverse()
    shown, headers = page_of(call, found)
    return Reply(200, [pull_in_list(call, issue, pull) for issue, pull in shown], headers)


def _in_state(call: Call, issue: Issue) -> bool:
    return call.query.get("state", "open") in ("all", issue.state)


def _from(call: Call, pull: PullRecord) -> bool:
    wanted = call.query.get("head", "")
    return ":" not in wanted or wanted == f"{pull.head_owner}:{pull.head}"


def _onto(call: Call, pull: PullRecord) -> bool:
    return call.query.get("base") in (None, "", pull.base)


def create_pull(call: Call) -> Reply:
    """POST pulls: 422 for a branch that does not exist, nothing to merge, or a second one for a head."""
    optional: dict[str, Kind] = {"body": (str, NOTHING), "draft": bool, "maintainer_can_modify": bool}
    given = fields(call, RESOURCE, {"title": str, "head": str, "base": str}, optional)
    if not given["title"]:
        raise invalid(RESOURCE, "missing_field", "title")
    pull = _proposed(call, given["head"], given["base"], given.get("draft", False))
    _need_no_other(call, pull)
    number = call.state.next_number
    issue = Issue(number, given["title"], given.get("body"), call.login, call.now, pull=pull)
    keep_head(call.repository, number, pull)
    heads = {pull.head_commit: call.now, **call.state.heads}
    kept = replace(call, state=replace(call.state, heads=heads).with_issue(issue))
    call.repository.write(kept.state)
    # GitHub works out whether it can be merged only after this answer.
    unknown = {"mergeable": None, "mergeable_state": "unknown"}
    return Reply(
        201, {**whole_pull(kept, issue, pull), **unknown}, {"Location": f"{call.url}/pulls/{number}"}
    )


def _proposed(call: Call, head: str, base: str, draft: bool) -> PullRecord:
    owner, _, branch = head.rpartition(":")
    owner = owner or call.repository.owner
    base_commit = branch_head(call.repository, base)
    if base_commit is None:
        raise invalid(RESOURCE, "invalid", "base")
    head_commit = branch_head(head_repository(call.repository, owner), branch)
    if head_commit is None:
        raise invalid(RESOURCE, "invalid", "head")
    return _with_commits(call, PullRecord(owner, branch, base, head_commit, base_commit, draft))


def _with_commits(call: Call, pull: PullRecord) -> PullRecord:
    # A fork's commits may be unknown here until they are fetched, and then they are not on the base either.
    known = git_objects.commit_named(call.repository.path, pull.head_commit)
    if known and git_objects.is_ancestor(call.repository.path, pull.head_commit, pull.base_commit):
        message = f"No commits between {pull.base} and {pull.head}"
        raise invalid(RESOURCE, "custom", message=message)
    return pull


def _need_no_other(call: Call, pull: PullRecord) -> None:
    ends = (pull.head_owner, pull.head, pull.base)
    for issue in call.state.issues:
        other = issue.pull
        if other and issue.closed is None and (other.head_owner, other.head, other.base) == ends:
            message = f"A pull request already exists for {pull.head_owner}:{pull.head}."
            raise invalid(RESOURCE, "custom", message=message)


def get_pull(call: Call) -> Reply:
    """GET pulls/{number}; as a diff or as patches when that is what is accepted."""
    issue, pull = call.pull()
    form = next((form for form in ("diff", "patch") if f".{form}" in call.accept), None)
    if form is None:
        return Reply(200, whole_pull(call, issue, pull))
    return Reply(200, git_objects.difference(call.repository.path, pull.base_commit, pull.head_commit, form))


def update_pull(call: Call) -> Reply:
    """PATCH pulls/{number}: title, body, base, and state; a merged one stays closed."""
    issue, pull = call.pull()
    optional: dict[str, Kind] = {
        "title": str,
        "body": (str, NOTHING),
        "state": str,
        "base": str,
        "maintainer_can_modify": bool,
    }
    given = fields(call, RESOURCE, {}, optional)
    pull = _retargeted(call, pull, given.get("base", pull.base))
    closed = _closed(call, issue, pull, given.get("state", issue.state))
    title, body = given.get("title", issue.title), given.get("body", issue.body)
    edited = replace(issue, title=title, body=body, closed=closed, pull=pull)
    kept = replace(call, state=call.state.with_issue(edited))
    call.repository.write(kept.state)
    return Reply(200, whole_pull(kept, edited, pull))


def _retargeted(call: Call, pull: PullRecord, base: str) -> PullRecord:
    if base == pull.base:
        return pull
    base_commit = branch_head(call.repository, base)
    if base_commit is None:
        raise invalid(RESOURCE, "invalid", "base")
    retargeted = _with_commits(call, replace(pull, base=base, base_commit=base_commit))
    _need_no_other(call, retargeted)
    return retargeted


def _closed(call: Call, issue: Issue, pull: PullRecord, wanted: str) -> float | None:
    if wanted not in ("open", "closed"):
        raise invalid(RESOURCE, "invalid", "state")
    if wanted == issue.state:
        return issue.closed
    if wanted == "closed":
        return call.now
    if pull.merge_commit or branch_head(head_repository(call.repository, pull.head_owner), pull.head) is None:
        raise invalid(RESOURCE, "invalid", "state", "The pull request cannot be reopened.")
    _need_no_other(call, pull)
    return None


def list_files(call: Call) -> Reply:
    """GET pulls/{number}/files."""
    _, pull = call.pull()
    files = git_objects.file_changes(call.repository.path, pull.base_commit, pull.head_commit)
    shown, headers = page_of(call, files)
    shapes = [github_shapes.file_change(call.repository, pull.head_commit, file) for file in shown]
    return Reply(200, shapes, headers)


def list_commits(call: Call) -> Reply:
    """GET pulls/{number}/commits: the oldest first."""
    _, pull = call.pull()
    path = call.repository.path
    ids = git_objects.history(path, "--reverse", pull.head_commit, f"^{pull.base_commit}")
    shown, headers = page_of(call, ids)
    known = git_objects.commits(path, shown)
    return Reply(200, [github_shapes.commit(call.repository, one) for one in known], headers)
