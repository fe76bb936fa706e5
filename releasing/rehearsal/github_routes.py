"""Which of GitHub's paths the local GitHub answers, below /repos/{owner}/{repo}, and who answers."""

from __future__ import annotations

from releasing.rehearsal import (
    github_assets,
    github_checks,
    github_issues,
    github_merging,
    github_pulls,
    github_refs,
    github_releases,
)
from releasing.rehearsal.github_requests import Answer

ISSUE, PULL = r"/issues/{number:\d+}", r"/pulls/{number:\d+}"
COMMIT, RELEASE = "/commits/{ref:.+}", r"/releases/{release:\d+}"

# The first that fits answers, so a name that may hold slashes stands behind its longer fellows.
ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "", github_refs.get_repository),
    ("GET", "/branches/{branch:.+}", github_refs.get_branch),
    ("GET", "/commits", github_refs.list_commits),
    ("GET", f"{COMMIT}/status", github_checks.combined_status),
    ("GET", f"{COMMIT}/statuses", github_checks.list_statuses),
    ("GET", f"{COMMIT}/check-runs", github_checks.list_check_runs),
    ("GET", COMMIT, github_refs.get_commit),
    ("POST", "/statuses/{sha}", github_checks.create_status),
    ("GET", "/git/ref/{ref:.+}", github_refs.get_reference),
    ("GET", "/git/matching-refs/{ref:.+}", github_refs.matching_references),
    ("GET", "/git/tags/{sha}", github_refs.get_tag_object),
    ("POST", "/git/refs", github_refs.create_reference),
    ("PATCH", "/git/refs/{ref:.+}", github_refs.update_reference),
    ("DELETE", "/git/refs/{ref:.+}", github_refs.delete_reference),
    ("GET", "/pulls", github_pulls.list_pulls),
    ("POST", "/pulls", github_pulls.create_pull),
    ("GET", PULL, github_pulls.get_pull),
    ("PATCH", PULL, github_pulls.update_pull),
    ("GET", f"{PULL}/files", github_pulls.list_files),
    ("GET", f"{PULL}/commits", github_pulls.list_commits),
    ("GET", f"{PULL}/merge", github_merging.is_merged),
    ("PUT", f"{PULL}/merge", github_merging.merge_pull),
    ("POST", f"{PULL}/requested_reviewers", github_pulls.request_reviewers),
    ("GET", "/issues", github_issues.list_issues),
    ("POST", "/issues", github_issues.create_issue),
    ("GET", ISSUE, github_issues.get_issue),
    ("GET", f"{ISSUE}/labels", github_issues.list_labels),
    ("POST", f"{ISSUE}/labels", github_issues.add_labels),
    ("GET", f"{ISSUE}/comments", github_issues.list_comments),
    ("POST", f"{ISSUE}/comments", github_issues.create_comment),
    ("GET", "/releases", github_releases.list_releases),
    ("POST", "/releases", github_releases.create_release),
    ("GET", "/releases/latest", github_releases.latest_release),
    ("GET", "/releases/tags/{tag:.+}", github_releases.release_by_tag),
    ("GET", RELEASE, github_releases.get_release),
    ("PATCH", RELEASE, github_releases.update_release),
    ("GET", f"{RELEASE}/assets", github_assets.list_assets),
    ("DELETE", r"/releases/assets/{asset:\d+}", github_assets.delete_asset),
)
UPLOAD_ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("POST", f"{RELEASE}/assets", github_assets.upload_asset),
)
