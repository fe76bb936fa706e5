"""How two commits stand to each other, and which pull requests a commit came by."""

from __future__ import annotations

from releasing.rehearsal.github import shapes
from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.git.git_objects import commits, history
from releasing.rehearsal.github.pulls.pull_shapes import pull_in_list
from releasing.rehearsal.github.requests import Call, Refused, Reply, not_found, page_of
from releasing.rehearsal.github.shapes import WEB, Json
from releasing.rehearsal.github.state import Issue, PullRecord

COMMIT_LIMIT, FILE_LIMIT = 250, 300


def compare(call: Call) -> Reply:
    """GET compare/{base}...{head}: 404 when either is nothing here, or they have no ancestor in common."""
    base_name, dots, head_name = call.names["basehead"].partition("...")
    path = call.repository.path
    base, head = (_commit(call, name) for name in (base_name, head_name))
    if not dots or base is None or head is None:
        raise not_found()
    merge_base = git_objects.merge_base(path, base, head)
    if merge_base is None:
        raise not_found(f"No common ancestor between {base_name} and {head_name}.")
    ahead = history(path, "--reverse", "--topo-order", head, f"^{base}")
    behind = len(history(path, base, f"^{head}"))
    paged = {"page", "per_page"} & {*call.query}
    shown, headers = page_of(call, ahead) if paged else (ahead[-COMMIT_LIMIT:], {})
    body = {
        **_places(call, f"{base_name}...{head_name}"),
        "base_commit": _shapes(call, [base])[0],
        "merge_base_commit": _shapes(call, [merge_base])[0],
        "status": _status(len(ahead), behind),
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": _shapes(call, list(shown)),
        "files": _files(call, base, head) if call.query.get("page", "1") == "1" else [],
    }
    return Reply(200, body, headers)


def _commit(call: Call, name: str) -> str | None:
    owner, colon, rest = name.partition(":")
    if colon and owner != call.repository.owner:
        return None
    return git_objects.commit_named(call.repository.path, rest if colon else name)


def _status(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


def _places(call: Call, range_: str) -> dict[str, str]:
    page = f"{WEB}/{call.repository.full_name}/compare/{range_}"
    return {
        "url": f"{call.url}/compare/{range_}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
    }


def _files(call: Call, base: str, head: str) -> list[Json]:
    changes = git_objects.file_changes(call.repository.path, base, head)[:FILE_LIMIT]
    return [shapes.file_change(call.repository, head, change) for change in changes]


def _shapes(call: Call, ids: list[str]) -> list[Json]:
    return [shapes.commit(call.repository, one) for one in commits(call.repository.path, ids)]


def pulls_of_commit(call: Call) -> Reply:
    """GET commits/{sha}/pulls: merged ones only when the default branch has the commit, else open ones too."""
    path = call.repository.path
    commit = git_objects.commit_named(path, call.names["sha"])
    if commit is None:
        raise Refused(422, f"No commit found for SHA: {call.names['sha']}")
    arrived = git_objects.is_ancestor(path, commit, git_objects.default_branch(path))
    found = [
        (issue, issue.pull)
        for issue in call.state.issues
        if issue.pull and _brought(call, issue, issue.pull, commit, only_merged=arrived)
    ]
    shown, headers = page_of(call, found)
    return Reply(200, [pull_in_list(call, issue, pull) for issue, pull in shown], headers)


def _made(call: Call, pull: PullRecord, merge_commit: str) -> list[str]:
    """The commits that the merge put on the base: one, or all that it rebased."""
    if not pull.rebased:
        return [merge_commit]
    return history(call.repository.path, f"--max-count={pull.rebased}", "--first-parent", merge_commit)


def _brought(call: Call, issue: Issue, pull: PullRecord, commit: str, *, only_merged: bool) -> bool:
    if pull.merge_commit is None and (only_merged or issue.closed is not None):
        return False
    if pull.merge_commit and commit in _made(call, pull, pull.merge_commit):
        return True
    return commit in history(call.repository.path, pull.head_commit, f"^{pull.base_commit}")
