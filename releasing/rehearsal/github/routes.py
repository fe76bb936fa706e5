"""Which of GitHub's paths the local GitHub answers, below /repos/{owner}/{repo}, and who answers."""

from __future__ import annotations

from collections.abc import Mapping

from releasing.rehearsal.github import (
    assets,
    check_runs,
    checks,
    comparing,
    issues,
    merging,
    milestones,
    protection,
    pulls,
    releases,
    reviews,
)
from releasing.rehearsal.github import refs as github_refs
from releasing.rehearsal.github.requests import Answer, Refused

ISSUE, PULL = r"/issues/{number:\d+}", r"/pulls/{number:\d+}"
COMMIT, RELEASE, ASSET = "/commits/{ref:.+}", r"/releases/{release:\d+}", r"/releases/assets/{asset:\d+}"

# The first that fits answers, so a name that may hold slashes stands behind its longer fellows.
ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "", github_refs.get_repository),
    ("GET", "/branches/{branch:.+}", github_refs.get_branch),
    ("GET", "/commits", github_refs.list_commits),
    ("GET", f"{COMMIT}/status", checks.combined_status),
    ("GET", f"{COMMIT}/statuses", checks.list_statuses),
    ("GET", f"{COMMIT}/check-runs", check_runs.list_check_runs),
    ("GET", "/commits/{sha}/pulls", comparing.pulls_of_commit),
    ("GET", COMMIT, github_refs.get_commit),
    ("GET", "/compare/{basehead:.+}", comparing.compare),
    ("POST", "/statuses/{sha}", checks.create_status),
    ("POST", "/check-runs", check_runs.create_check_run),
    ("PATCH", r"/check-runs/{check_run:\d+}", check_runs.update_check_run),
    ("GET", "/rules/branches/{branch:.+}", protection.branch_rules),
    ("GET", "/git/ref/{ref:.+}", github_refs.get_reference),
    ("GET", "/git/matching-refs/{ref:.+}", github_refs.matching_references),
    ("GET", "/git/tags/{sha}", github_refs.get_tag_object),
    ("POST", "/git/refs", github_refs.create_reference),
    ("PATCH", "/git/refs/{ref:.+}", github_refs.update_reference),
    ("DELETE", "/git/refs/{ref:.+}", github_refs.delete_reference),
    ("GET", "/pulls", pulls.list_pulls),
    ("POST", "/pulls", pulls.create_pull),
    ("GET", PULL, pulls.get_pull),
    ("PATCH", PULL, pulls.update_pull),
    ("GET", f"{PULL}/files", pulls.list_files),
    ("GET", f"{PULL}/commits", pulls.list_commits),
    ("GET", f"{PULL}/merge", merging.is_merged),
    ("PUT", f"{PULL}/merge", merging.merge_pull),
    ("PUT", f"{PULL}/update-branch", merging.update_branch),
    ("GET", f"{PULL}/requested_reviewers", reviews.requested_reviewers),
    ("POST", f"{PULL}/requested_reviewers", reviews.request_reviewers),
    ("GET", f"{PULL}/reviews", reviews.list_reviews),
    ("POST", f"{PULL}/reviews", reviews.create_review),
    ("GET", "/issues", issues.list_issues),
    ("POST", "/issues", issues.create_issue),
    ("GET", ISSUE, issues.get_issue),
    ("PATCH", ISSUE, issues.update_issue),
    ("GET", f"{ISSUE}/labels", issues.list_labels),
    ("POST", f"{ISSUE}/labels", issues.add_labels),
    ("GET", f"{ISSUE}/comments", issues.list_comments),
    ("POST", f"{ISSUE}/comments", issues.create_comment),
    ("GET", "/milestones", milestones.list_milestones),
    ("POST", "/milestones", milestones.create_milestone),
    ("GET", "/releases", releases.list_releases),
    ("POST", "/releases", releases.create_release),
    ("GET", "/releases/latest", releases.latest_release),
    ("GET", "/releases/tags/{tag:.+}", releases.release_by_tag),
    ("GET", RELEASE, releases.get_release),
    ("PATCH", RELEASE, releases.update_release),
    ("GET", f"{RELEASE}/assets", assets.list_assets),
    ("GET", ASSET, assets.get_asset),
    ("DELETE", ASSET, assets.delete_asset),
)
UPLOAD_ROUTES: tuple[tuple[str, str, Answer], ...] = (("POST", f"{RELEASE}/assets", assets.upload_asset),)

# What GitHub would choose or sort by and this one does not, with the only value that it takes.
NOT_BY: dict[Answer, dict[str, str]] = {
    issues.list_issues: {
        "sort": "created", "direction": "desc", "since": "", "creator": "", "assignee": "", "mentioned": "",
        "type": "",
    },
    pulls.list_pulls: {"sort": "created"},
    milestones.list_milestones: {"sort": "due_on", "direction": "asc"},
    github_refs.list_commits: {"path": "", "author": "", "committer": "", "since": "", "until": ""},
    check_runs.list_check_runs: {"app_id": ""},
    issues.list_comments: {"since": ""},
}  # fmt: skip


def refuse_what_is_not_done(answer: Answer, query: Mapping[str, str]) -> None:
    """422 for a query that GitHub would heed and that `answer` does not: never a list of other things."""
    for name, value in NOT_BY.get(answer, {}).items():
        if query.get(name, value) != value:
            raise Refused(422, f"the local GitHub does not know {name}={query[name]} here")
