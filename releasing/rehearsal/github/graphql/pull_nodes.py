"""Pull requests as GraphQL tells them."""

from __future__ import annotations

from typing import Any

from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.git.git_objects import ChangedFile
from releasing.rehearsal.github.graphql.commit_nodes import commit_node, rollup
from releasing.rehearsal.github.graphql.connections import connection, nothing
from releasing.rehearsal.github.graphql.issue_nodes import shared
from releasing.rehearsal.github.graphql.people import owner, person, team
from releasing.rehearsal.github.pulls.protection import rule_for
from releasing.rehearsal.github.pulls.pull_following import branch_head, head_repository
from releasing.rehearsal.github.pulls.pull_shapes import whole_pull
from releasing.rehearsal.github.requests import Call
from releasing.rehearsal.github.shapes import WEB, Json, moment
from releasing.rehearsal.github.state import Issue, PullRecord, Repository, Review

MERGEABLE = {True: "MERGEABLE", False: "CONFLICTING", None: "UNKNOWN"}


def pull_state(issue: Issue) -> str:
    """OPEN, CLOSED or MERGED."""
    return "MERGED" if issue.pull and issue.pull.merge_commit else issue.state.upper()


def pull_node(call: Call, issue: Issue, pull: PullRecord) -> Json:
    """A pull request; what git has to work out is worked out only when it is asked for."""
    fork = head_repository(call.repository, pull.head_owner)
    return {
        **shared(call, issue),
        "__typename": "PullRequest",
        "fullDatabaseId": str(issue.number),
        "state": pull_state(issue),
        "merged": pull.merge_commit is not None,
        "mergedAt": moment(issue.closed) if pull.merge_commit else None,
        "mergedBy": person(pull.merger or call.settings.login) if pull.merge_commit else None,
        "mergeCommit": lambda _context: commit_node(call, pull.merge_commit) if pull.merge_commit else None,
        "potentialMergeCommit": None,
        "mergeable": lambda _context: MERGEABLE[whole_pull(call, issue, pull)["mergeable"]],
        "mergeStateStatus": lambda _context: whole_pull(call, issue, pull)["mergeable_state"].upper(),
        "isDraft": pull.draft,
        "isCrossRepository": pull.head_owner != call.repository.owner,
        "isInMergeQueue": pull.queued is not None,
        "isMergeQueueEnabled": lambda _context: rule_for(call, pull.base).merge_queue,
        "maintainerCanModify": False,
        "autoMergeRequest": None,
        "headRepository": _head(fork),
        "headRepositoryOwner": owner(pull.head_owner),
        **_branches(call, pull),
        **_size(call, pull),
        **_reviews(call, issue, pull),
        "closingIssuesReferences": nothing(),
        "statusCheckRollup": lambda _context: rollup(call, pull.head_commit, pull.base),
    }


def _head(fork: Repository) -> Json:
    return {"id": f"R_{fork.full_name}", "name": fork.name, "nameWithOwner": fork.full_name}


def _branches(call: Call, pull: PullRecord) -> Json:
    rule = rule_for(call, pull.base)
    protection = {
        "requiresStrictStatusChecks": rule.up_to_date,
        "requiredApprovingReviewCount": rule.required_approving_reviews,
    }
    base = {"id": f"REF_{pull.base}", "name": pull.base, "prefix": "refs/heads/"}
    there = branch_head(head_repository(call.repository, pull.head_owner), pull.head)
    head = {"id": f"REF_{pull.head}", "name": pull.head, "prefix": "refs/heads/"}
    return {
        "baseRefName": pull.base,
        "baseRefOid": pull.base_commit,
        "baseRef": {**base, "branchProtectionRule": protection},
        "headRefName": pull.head,
        "headRefOid": pull.head_commit,
        "headRef": head if there else None,
    }


def _size(call: Call, pull: PullRecord) -> Json:
    path = call.repository.path

    def files(_context: object = None) -> list[ChangedFile]:
        return git_objects.file_changes(path, pull.base_commit, pull.head_commit)

    def commits(context: object, **page: Any) -> Json:
        ids = git_objects.history(path, "--reverse", pull.head_commit, f"^{pull.base_commit}")
        return connection(ids, lambda each: {"commit": commit_node(call, each, pull.base)})(context, **page)

    def changed(context: object, **page: Any) -> Json:
        return connection(files(), _file)(context, **page)

    return {
        "commits": commits,
        "additions": lambda _context: sum(file.additions for file in files()),
        "deletions": lambda _context: sum(file.deletions for file in files()),
        "changedFiles": lambda _context: len(files()),
        "files": changed,
    }


def _file(file: ChangedFile) -> Json:
    kinds = {"added": "ADDED", "removed": "DELETED"}
    return {
        "path": file.path,
        "additions": file.additions,
        "deletions": file.deletions,
        "changeType": kinds.get(file.status, "MODIFIED"),
    }


def _reviews(call: Call, issue: Issue, pull: PullRecord) -> Json:
    page = f"{WEB}/{call.repository.full_name}/pull/{issue.number}"
    last = list({review.login: review for review in pull.reviews}.values())
    asked = [person(login) for login in pull.reviewers]
    asked += [team(call.repository.owner, slug) for slug in pull.teams]
    return {
        "reviews": connection(pull.reviews, lambda each: _review(call, page, each)),
        "latestReviews": connection(last, lambda each: _review(call, page, each)),
        "reviewRequests": connection(asked, lambda each: {"requestedReviewer": each}),
        "reviewDecision": _decision(call, pull),
    }


def _decision(call: Call, pull: PullRecord) -> str | None:
    wanted = rule_for(call, pull.base).required_approving_reviews
    standing = {review.login: review.state for review in pull.reviews if review.state != "COMMENTED"}
    if "CHANGES_REQUESTED" in standing.values():
        return "CHANGES_REQUESTED"
    if not wanted:
        return None
    return "APPROVED" if [*standing.values()].count("APPROVED") >= wanted else "REVIEW_REQUIRED"


def _review(call: Call, page: str, review: Review) -> Json:
    return {
        "id": f"PRR_{review.id}",
        "author": person(review.login),
        "authorAssociation": "MEMBER" if review.counts else "NONE",
        "body": review.body,
        "submittedAt": moment(review.submitted),
        "state": review.state,
        "commit": lambda _context: commit_node(call, review.commit),
        "reactionGroups": [],
        "url": f"{page}#pullrequestreview-{review.id}",
        "includesCreatedEdit": False,
        "isMinimized": False,
    }
