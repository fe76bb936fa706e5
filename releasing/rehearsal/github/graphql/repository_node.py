"""A repository as GraphQL tells it, with all that can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from releasing.rehearsal.github import shapes
from releasing.rehearsal.github.graphql.connections import connection, nothing
from releasing.rehearsal.github.graphql.issue_nodes import issue_node, label, milestone_node
from releasing.rehearsal.github.graphql.people import owner
from releasing.rehearsal.github.graphql.pull_nodes import pull_node, pull_state
from releasing.rehearsal.github.graphql.release_nodes import latest, release_node
from releasing.rehearsal.github.issues.issue_shapes import label_shapes
from releasing.rehearsal.github.requests import Call, Refused
from releasing.rehearsal.github.shapes import Json
from releasing.rehearsal.github.state import Issue

# GraphQL's names for what REST tells as well.
SAME = {
    "id": "node_id",
    "databaseId": "id",
    "name": "name",
    "nameWithOwner": "full_name",
    "description": "description",
    "url": "html_url",
    "sshUrl": "ssh_url",
    "homepageUrl": "homepage",
    "mirrorUrl": "mirror_url",
    "createdAt": "created_at",
    "pushedAt": "pushed_at",
    "updatedAt": "updated_at",
    "diskUsage": "size",
    "forkCount": "forks_count",
    "stargazerCount": "stargazers_count",
    "isArchived": "archived",
    "isDisabled": "disabled",
    "isFork": "fork",
    "isPrivate": "private",
    "hasIssuesEnabled": "has_issues",
    "hasProjectsEnabled": "has_projects",
    "hasWikiEnabled": "has_wiki",
    "hasDiscussionsEnabled": "has_discussions",
    "mergeCommitAllowed": "allow_merge_commit",
    "squashMergeAllowed": "allow_squash_merge",
    "rebaseMergeAllowed": "allow_rebase_merge",
}
NO = (
    "isBlankIssuesEnabled",
    "isEmpty",
    "isMirror",
    "isSecurityPolicyEnabled",
    "isTemplate",
    "isUserConfigurationRepository",
    "usesCustomOpenGraphImage",
    "deleteBranchOnMerge",
    "autoMergeAllowed",
    "viewerHasStarred",
)
EMPTY = (
    "languages",
    "repositoryTopics",
    "watchers",
    "assignableUsers",
    "mentionableUsers",
    "projects",
    "projectsV2",
)
NONE = (
    "contactLinks",
    "fundingLinks",
    "issueTemplates",
    "pullRequestTemplates",
    "viewerPossibleCommitEmails",
)


def repository_node(call: Call) -> Json:
    """The repository of `call`."""
    told = shapes.repository(call.repository)
    return {
        **{ours: told[theirs] for ours, theirs in SAME.items()},
        **dict.fromkeys(NO, False),
        **dict.fromkeys(NONE, ()),
        **{name: nothing(totalSize=0) for name in EMPTY},
        "__typename": "Repository",
        "owner": owner(call.repository.owner),
        "visibility": "PUBLIC",
        "isInOrganization": True,
        "openGraphImageUrl": told["html_url"],
        "defaultBranchRef": _ref(told["default_branch"]),
        "ref": lambda _context, qualifiedName: _ref(qualifiedName.removeprefix("refs/heads/")),
        "viewerPermission": "READ"
        if call.role == "pull"
        else "WRITE"
        if call.role == "push"
        else call.role.upper(),
        "viewerCanAdminister": call.role == "admin",
        "viewerDefaultMergeMethod": "SQUASH",
        "viewerSubscription": "UNSUBSCRIBED",
        **_lists(call),
        **_single(call),
    }


def _ref(branch: str) -> Json:
    return {"id": f"REF_{branch}", "name": branch, "prefix": "refs/heads/"}


def _lists(call: Call) -> Json:
    issues = [issue for issue in call.state.issues if issue.pull is None]
    pulls = [issue for issue in call.state.issues if issue.pull]
    rows = {row["name"]: row for issue in call.state.issues for row in label_shapes(call.repository, issue)}
    return {
        "issues": lambda context, **asked: connection(
            _issues(issues, **asked), lambda each: node(call, each)
        )(context, **asked),
        "pullRequests": lambda context, **asked: connection(
            _pulls(pulls, **asked), lambda each: node(call, each)
        )(context, **asked),
        "labels": connection([*rows.values()], label),
        "milestones": connection(call.state.milestones, lambda each: milestone_node(call, each)),
        "releases": connection(call.state.releases[::-1], lambda each: release_node(call, each)),
    }


def _single(call: Call) -> Json:
    newest = latest(call)
    return {
        "latestRelease": release_node(call, newest) if newest else None,
        "release": lambda _context, tagName: next(
            (release_node(call, each) for each in reversed(call.state.releases) if each.tag_name == tagName),
            None,
        ),
        "issue": lambda _context, number: numbered(call, number, "an Issue", pulls=False),
        "pullRequest": lambda _context, number: numbered(call, number, "a PullRequest", issues=False),
        "issueOrPullRequest": lambda _context, number: numbered(call, number, "an issue or pull request"),
    }


def node(call: Call, issue: Issue) -> Json:
    """An issue, or a pull request."""
    return pull_node(call, issue, issue.pull) if issue.pull else issue_node(call, issue)


def numbered(call: Call, number: int, what: str, *, issues: bool = True, pulls: bool = True) -> Json:
    """The issue or pull request of that number; 404 for what is not `what`, as GitHub calls it."""
    for issue in call.state.issues:
        if issue.number == number and (pulls if issue.pull else issues):
            return node(call, issue)
    raise Refused(404, f"Could not resolve to {what} with the number of {number}.")


def _issues(issues: Iterable[Issue], **asked: Any) -> list[Issue]:
    """Those that were asked for, the newest first."""
    by = asked.get("filterBy") or {}
    states = asked.get("states") or by.get("states")
    labels = asked.get("labels") or by.get("labels")
    return [
        issue
        for issue in reversed([*issues])
        if (not states or issue.state.upper() in states)
        and (not labels or {*labels} & {*issue.labels})
        and by.get("createdBy") in (None, issue.login)
        and not by.get("assignee")
        and not by.get("mentioned")
    ]


def _pulls(pulls: Iterable[Issue], **asked: Any) -> list[Issue]:
    states, labels = asked.get("states"), asked.get("labels")
    return [
        issue
        for issue in reversed([*pulls])
        if issue.pull
        and (not states or pull_state(issue) in states)
        and (not labels or {*labels} & {*issue.labels})
        and asked.get("baseRefName") in (None, issue.pull.base)
        and asked.get("headRefName") in (None, issue.pull.head)
    ]
