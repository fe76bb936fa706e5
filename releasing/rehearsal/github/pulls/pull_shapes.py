"""The JSON of a pull request: as it stands in lists, and whole."""

from __future__ import annotations

from releasing.rehearsal.github import shapes
from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.issues.issue_shapes import shared_shape
from releasing.rehearsal.github.pulls.pull_following import branch_head, head_repository
from releasing.rehearsal.github.pulls.requirements import how_it_stands
from releasing.rehearsal.github.requests import API, Call
from releasing.rehearsal.github.shapes import WEB, Json, moment, user
from releasing.rehearsal.github.state import Issue, PullRecord, Repository


def pull_in_list(call: Call, issue: Issue, pull: PullRecord) -> Json:
    """A pull request without what GitHub works out only for a single one."""
    root = call.url
    url = f"{root}/pulls/{issue.number}"
    page = f"{WEB}/{call.repository.full_name}/pull/{issue.number}"
    places = {
        "self": url,
        "html": page,
        "issue": f"{root}/issues/{issue.number}",
        "comments": f"{root}/issues/{issue.number}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{root}/pulls/comments",
        "commits": f"{url}/commits",
        "statuses": f"{root}/statuses/{pull.head_commit}",
    }
    fork = head_repository(call.repository, pull.head_owner)
    return {
        **shared_shape(call.repository, call.state, issue),
        **{f"{name}_url": place for name, place in places.items() if name not in ("self", "html")},
        "_links": {name: {"href": place} for name, place in places.items()},
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "draft": pull.draft,
        "head": _side(fork, pull.head, pull.head_commit),
        "base": _side(call.repository, pull.base, pull.base_commit),
        "merged_at": moment(issue.closed) if pull.merge_commit else None,
        "merge_commit_sha": pull.merge_commit,
        "auto_merge": None,
        "requested_reviewers": [user(login) for login in pull.reviewers],
        "requested_teams": [team(call.repository.owner, slug) for slug in pull.teams],
    }


def whole_pull(call: Call, issue: Issue, pull: PullRecord) -> Json:
    """A pull request with its size and whether it can be merged."""
    path = call.repository.path
    files = git_objects.file_changes(path, pull.base_commit, pull.head_commit)
    merged = pull.merge_commit is not None
    mergeable = is_mergeable(call, pull) if issue.closed is None else None
    return {
        **pull_in_list(call, issue, pull),
        "merged": merged,
        "merged_by": user(pull.merger or call.settings.login) if merged else None,
        "mergeable": mergeable,
        "mergeable_state": _mergeable_state(call, pull, mergeable),
        "rebaseable": False,
        "maintainer_can_modify": False,
        "comments": len(issue.comments),
        "review_comments": 0,
        "commits": len(git_objects.history(path, pull.head_commit, f"^{pull.base_commit}")),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def is_mergeable(call: Call, pull: PullRecord) -> bool:
    """Whether the head merges into the base as it is now without a conflict."""
    base = branch_head(call.repository, pull.base)
    return (
        base is not None and git_objects.merged_tree(call.repository.path, base, pull.head_commit) is not None
    )


def _mergeable_state(call: Call, pull: PullRecord, mergeable: bool | None) -> str:
    if mergeable is None:
        return "unknown"
    if not mergeable:
        return "dirty"
    if pull.draft:
        return "draft"
    return how_it_stands(call, pull)


def _side(repository: Repository, branch: str, commit: str) -> Json:
    return {
        "label": f"{repository.owner}:{branch}",
        "ref": branch,
        "sha": commit,
        "user": user(repository.owner),
        "repo": shapes.repository(repository),
    }


def team(owner: str, slug: str) -> Json:
    """A team of an organisation as it appears inside other answers."""
    url = f"{API}/organizations/{owner}/team/{slug}"
    return {
        "id": shapes.stable_id("team", owner, slug),
        "node_id": f"T_{slug}",
        "name": slug,
        "slug": slug,
        "url": url,
        "html_url": f"{WEB}/orgs/{owner}/teams/{slug}",
        "members_url": f"{url}/members",
        "repositories_url": f"{url}/repos",
        "description": None,
        "type": "organization",
        "organization_id": shapes.stable_id("user", owner),
        "permission": "push",
        "parent": None,
    }
