"""Which of GitHub's paths the local GitHub answers, below /repos/{owner}/{repo}, and who answers."""

from __future__ import annotations

from releasing.rehearsal.github import assets, checks, issues, merging, pulls, releases
from releasing.rehearsal.github import refs as github_refs
from releasing.rehearsal.github.requests import Answer

ISSUE, PULL = r"/issues/{number:\d+}", r"/pulls/{number:\d+}"
COMMIT, RELEASE = "/commits/{ref:.+}", r"/releases/{release:\d+}"

# The first that fits answers, so a name that may hold slashes stands behind its longer fellows.
ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "", github_refs.get_repository),
    ("GET", "/branches/{branch:.+}", github_refs.get_branch),
    ("GET", "/commits", github_refs.list_commits),
    ("GET", f"{COMMIT}/status", checks.combined_status),
    ("GET", f"{COMMIT}/statuses", checks.list_statuses),
    ("GET", f"{COMMIT}/check-runs", checks.list_check_runs),
    ("GET", COMMIT, github_refs.get_commit),
    ("POST", "/statuses/{sha}", checks.create_status),
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
    ("POST", f"{PULL}/requested_reviewers", pulls.request_reviewers),
    ("GET", "/issues", issues.list_issues),
    ("POST", "/issues", issues.create_issue),
    ("GET", ISSUE, issues.get_issue),
    ("GET", f"{ISSUE}/labels", issues.list_labels),
    ("POST", f"{ISSUE}/labels", issues.add_labels),
    ("GET", f"{ISSUE}/comments", issues.list_comments),
    ("POST", f"{ISSUE}/comments", issues.create_comment),
    ("GET", "/releases", releases.list_releases),
    ("POST", "/releases", releases.create_release),
    ("GET", "/releases/latest", releases.latest_release),
    ("GET", "/releases/tags/{tag:.+}", releases.release_by_tag),
    ("GET", RELEASE, releases.get_release),
    ("PATCH", RELEASE, releases.update_release),
    ("GET", f"{RELEASE}/assets", assets.list_assets),
    ("DELETE", r"/releases/assets/{asset:\d+}", assets.delete_asset),
)
UPLOAD_ROUTES: tuple[tuple[str, str, Answer], ...] = (("POST", f"{RELEASE}/assets", assets.upload_asset),)
