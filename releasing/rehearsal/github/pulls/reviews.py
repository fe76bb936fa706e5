"""Reviews of pull requests: asking for them, and giving them."""

from __future__ import annotations

from dataclasses import replace

from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.pulls.pull_shapes import pull_in_list, team
from releasing.rehearsal.github.requests import Call, Kind, Refused, Reply, fields, invalid, page_of
from releasing.rehearsal.github.shapes import WEB, Json, moment, user
from releasing.rehearsal.github.state import Issue, PullRecord, Review

RESOURCE = "PullRequestReview"
STATES = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
VERBS = {"APPROVE": "approve", "REQUEST_CHANGES": "request changes on"}


def requested_reviewers(call: Call) -> Reply:
    """GET pulls/{number}/requested_reviewers: who was asked and has not reviewed yet."""
    _, pull = call.pull()
    teams = [team(call.repository.owner, slug) for slug in pull.teams]
    return Reply(200, {"users": [user(login) for login in pull.reviewers], "teams": teams})


def request_reviewers(call: Call) -> Reply:
    """POST pulls/{number}/requested_reviewers: 422 when the author is among them."""
    issue, pull = call.pull()
    given = fields(call, "PullRequest", {}, {"reviewers": list, "team_reviewers": list})
    if issue.login in given.get("reviewers", []):
        message = "Review cannot be requested from pull request author."
        raise invalid("PullRequest", "custom", message=message)
    asked = replace(
        pull,
        reviewers=tuple(dict.fromkeys([*pull.reviewers, *given.get("reviewers", [])])),
        teams=tuple(dict.fromkeys([*pull.teams, *given.get("team_reviewers", [])])),
    )
    edited = replace(issue, pull=asked)
    call.repository.write(call.state.with_issue(edited))
    return Reply(201, pull_in_list(call, edited, asked))


def list_reviews(call: Call) -> Reply:
    """GET pulls/{number}/reviews: in the order in which they were given."""
    issue, pull = call.pull()
    shown, headers = page_of(call, pull.reviews)
    return Reply(200, [_shape(call, issue, review) for review in shown], headers)


def create_review(call: Call) -> Reply:
    """POST pulls/{number}/reviews: 422 for one's own pull request, and for a refusal without a word."""
    issue, pull = call.pull()
    optional: dict[str, Kind] = {"body": str, "commit_id": str}
    given = fields(call, RESOURCE, {"event": str}, optional)
    event, body = given["event"], given.get("body", "")
    _need_allowed(call, issue, event, body)
    review = Review(
        id=call.state.next_id,
        login=call.login,
        state=STATES[event],
        body=body,
        commit=_reviewed(call, pull, given.get("commit_id", pull.head_commit)),
        submitted=call.now,
        counts=call.may_push,
    )
    asked = tuple(login for login in pull.reviewers if login != call.login)
    edited = replace(issue, pull=replace(pull, reviewers=asked, reviews=(*pull.reviews, review)))
    call.repository.write(replace(call.state, last_id=review.id).with_issue(edited))
    return Reply(200, _shape(call, edited, review))


def _need_allowed(call: Call, issue: Issue, event: str, body: str) -> None:
    if event not in STATES:
        raise invalid(RESOURCE, "invalid", "event")
    if event in VERBS and issue.login == call.login:
        raise Refused(422, "Unprocessable Entity", [f"Can not {VERBS[event]} your own pull request"])
    if event != "APPROVE" and not body:
        raise Refused(422, "Unprocessable Entity", ["Body can't be blank"])


def _reviewed(call: Call, pull: PullRecord, commit: str) -> str:
    if commit not in git_objects.history(call.repository.path, pull.head_commit, f"^{pull.base_commit}"):
        raise Refused(422, "Unprocessable Entity", ["The commit is not part of the pull request"])
    return commit


def _shape(call: Call, issue: Issue, review: Review) -> Json:
    pull = f"{call.url}/pulls/{issue.number}"
    page = f"{WEB}/{call.repository.full_name}/pull/{issue.number}#pullrequestreview-{review.id}"
    return {
        "id": review.id,
        "node_id": f"PRR_{review.id}",
        "user": user(review.login),
        "body": review.body,
        "state": review.state,
        "commit_id": review.commit,
        "submitted_at": moment(review.submitted),
        "html_url": page,
        "pull_request_url": pull,
        "_links": {"html": {"href": page}, "pull_request": {"href": pull}},
        "author_association": "MEMBER" if review.counts else "NONE",
    }
