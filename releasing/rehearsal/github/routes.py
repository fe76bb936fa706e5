"""Which of GitHub's paths the local GitHub answers, below /repos/{owner}/{repo}, and who answers."""

from __future__ import annotations

from collections.abc import Mapping

from releasing.rehearsal.github.checks import check_runs, statuses
from releasing.rehearsal.github.git import comparing, refs
from releasing.rehearsal.github.issues import issues_api, milestones
from releasing.rehearsal.github.pulls import merge_button, protection, pull_requests_api, reviews, rulesets
from releasing.rehearsal.github.releases import assets, releases_api
from releasing.rehearsal.github.requests import Answer, Refused

ISSUE, PULL = r"/issues/{number:\d+}", r"/pulls/{number:\d+}"
COMMIT, RELEASE, ASSET = "/commits/{ref:.+}", r"/releases/{release:\d+}", r"/releases/assets/{asset:\d+}"

# The first that fits answers, so a name that may hold slashes stands behind its longer fellows.
ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "", refs.get_repository),
    ("GET", "/branches/{branch:.+}", refs.get_branch),
    ("GET", "/commits", refs.list_commits),
    ("GET", f"{COMMIT}/status", statuses.combined_status),
    ("GET", f"{COMMIT}/statuses", statuses.list_statuses),
    ("GET", f"{COMMIT}/check-runs", check_runs.list_check_runs),
    ("GET", "/commits/{sha}/pulls", comparing.pulls_of_commit),
    ("GET", COMMIT, refs.get_commit),
    ("GET", "/compare/{basehead:.+}", comparing.compare),
    ("POST", "/statuses/{sha}", statuses.create_status),
    ("POST", "/check-runs", check_runs.create_check_run),
    ("PATCH", r"/check-runs/{check_run:\d+}", check_runs.update_check_run),
    ("GET", "/rules/branches/{branch:.+}", protection.branch_rules),
    ("GET", "/rulesets", rulesets.list_rulesets),
    ("GET", r"/rulesets/{ruleset:\d+}", rulesets.get_ruleset),
    ("GET", "/git/ref/{ref:.+}", refs.get_reference),
    ("GET", "/git/matching-refs/{ref:.+}", refs.matching_references),
    ("GET", "/git/tags/{sha}", refs.get_tag_object),
    ("POST", "/git/refs", refs.create_reference),
    ("PATCH", "/git/refs/{ref:.+}", refs.update_reference),
    ("DELETE", "/git/refs/{ref:.+}", refs.delete_reference),
    ("GET", "/pulls", pull_requests_api.list_pulls),
    ("POST", "/pulls", pull_requests_api.create_pull),
    ("GET", PULL, pull_requests_api.get_pull),
    ("PATCH", PULL, pull_requests_api.update_pull),
    ("GET", f"{PULL}/files", pull_requests_api.list_files),
    ("GET", f"{PULL}/commits", pull_requests_api.list_commits),
    ("GET", f"{PULL}/merge", merge_button.is_merged),
    ("PUT", f"{PULL}/merge", merge_button.merge_pull),
    ("PUT", f"{PULL}/update-branch", merge_button.update_branch),
    ("GET", f"{PULL}/requested_reviewers", reviews.requested_reviewers),
    ("POST", f"{PULL}/requested_reviewers", reviews.request_reviewers),
    ("GET", f"{PULL}/reviews", reviews.list_reviews),
    ("POST", f"{PULL}/reviews", reviews.create_review),
    ("GET", "/issues", issues_api.list_issues),
    ("POST", "/issues", issues_api.create_issue),
    ("GET", ISSUE, issues_api.get_issue),
    ("PATCH", ISSUE, issues_api.update_issue),
    ("GET", f"{ISSUE}/labels", issues_api.list_labels),
    ("POST", f"{ISSUE}/labels", issues_api.add_labels),
    ("GET", f"{ISSUE}/comments", issues_api.list_comments),
    ("POST", f"{ISSUE}/comments", issues_api.create_comment),
    ("GET", "/milestones", milestones.list_milestones),
    ("POST", "/milestones", milestones.create_milestone),
    ("GET", "/releases", releases_api.list_releases),
    ("POST", "/releases", releases_api.create_release),
    ("GET", "/releases/latest", releases_api.latest_release),
    ("GET", "/releases/tags/{tag:.+}", releases_api.release_by_tag),
    ("GET", RELEASE, releases_api.get_release),
    ("PATCH", RELEASE, releases_api.update_release),
    ("GET", f"{RELEASE}/assets", assets.list_assets),
    ("GET", ASSET, assets.get_asset),
    ("DELETE", ASSET, assets.delete_asset),
)
UPLOAD_ROUTES: tuple[tuple[str, str, Answer], ...] = (("POST", f"{RELEASE}/assets", assets.upload_asset),)

# What GitHub would choose or sort by and this one does not, with the only value that it takes.
NOT_BY: dict[Answer, dict[str, str]] = {
    issues_api.list_issues: {
        "sort": "created", "direction": "desc", "since": "", "creator": "", "assignee": "", "mentioned": "",
        "type": "",
    },
    pull_requests_api.list_pulls: {"sort": "created"},
    rulesets.list_rulesets: {"includes_parents": "true", "targets": ""},
    milestones.list_milestones: {"sort": "due_on", "direction": "asc"},
    refs.list_commits: {"path": "", "author": "", "committer": "", "since": "", "until": ""},
    check_runs.list_check_runs: {"app_id": ""},
    issues_api.list_comments: {"since": ""},
}  # fmt: skip


def refuse_what_is_not_done(answer: Answer, query: Mapping[str, str]) -> None:
    """422 for a query that GitHub would heed and that `answer` does not: never a list of other things."""
    for name, value in NOT_BY.get(answer, {}).items():
        if query.get(name, value) != value:
            raise Refused(422, f"the local GitHub does not know {name}={query[name]} here")
