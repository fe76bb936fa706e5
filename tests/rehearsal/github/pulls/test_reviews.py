"""Reviews on the local GitHub: asked for, given, and required before a merge."""

from __future__ import annotations

import pytest

from tests.support.bare_repository import commit, head
from tests.support.local_github import LocalGitHub
from tests.support.protected_branch import MERGE, PULL, known, opened, protect, reviewed, standing


@pytest.fixture
def ada(github: LocalGitHub) -> LocalGitHub:
    """Who reviews: ada may push, eve may read only."""
    known(github, ada={"login": "ada"}, bob={"login": "bob"}, eve={"login": "eve", "roles": {"*": "pull"}})
    return github.of("ada")


def test_a_merge_without_the_required_reviews_is_405_and_blocked(
    github: LocalGitHub, ada: LocalGitHub
) -> None:
    protect(github, required_approving_reviews=1)
    opened(github)
    assert standing(github) == "blocked"
    status, body = github.refused("-X", "PUT", MERGE)
    assert (status, body["message"]) == (
        405,
        "At least 1 approving review is required by reviewers with write access.",
    )
    assert reviewed(ada, "APPROVE")["state"] == "APPROVED"
    assert standing(github) == "clean"
    assert github.api("-X", "PUT", MERGE)["merged"] is True


def test_two_approvals_are_of_two_people(github: LocalGitHub, ada: LocalGitHub) -> None:
    protect(github, required_approving_reviews=2)
    opened(github)
    for _ in range(2):
        reviewed(ada, "APPROVE")
    assert github.refused("-X", "PUT", MERGE)[0] == 405
    reviewed(github.of("bob"), "APPROVE")
    assert github.api("-X", "PUT", MERGE)["merged"] is True


def test_the_last_word_of_a_reviewer_counts_and_a_comment_is_none(
    github: LocalGitHub, ada: LocalGitHub
) -> None:
    protect(github, required_approving_reviews=1)
    opened(github)
    reviewed(ada, "REQUEST_CHANGES")
    reviewed(github.of("bob"), "APPROVE")
    reviewed(ada, "COMMENT")
    assert "Changes were requested" in github.refused("-X", "PUT", MERGE)[1]["message"]
    reviewed(ada, "APPROVE")
    assert standing(github) == "clean"
    found = [(one["user"]["login"], one["state"]) for one in github.api(f"{PULL}/reviews")]
    assert found == [
        ("ada", "CHANGES_REQUESTED"),
        ("bob", "APPROVED"),
        ("ada", "COMMENTED"),
        ("ada", "APPROVED"),
    ]


def test_an_approval_of_somebody_who_may_not_push_does_not_count(
    github: LocalGitHub, ada: LocalGitHub
) -> None:
    protect(github, required_approving_reviews=1)
    opened(github)
    reviewed(github.of("eve"), "APPROVE")
    assert standing(github) == "blocked"


def test_nobody_approves_a_pull_request_of_their_own(github: LocalGitHub) -> None:
    opened(github)
    status, body = github.refused(f"{PULL}/reviews", "-f", "event=APPROVE")
    assert (status, body["errors"]) == (422, ["Can not approve your own pull request"])


def test_a_review_names_the_commit_that_was_seen(github: LocalGitHub, ada: LocalGitHub) -> None:
    path = github.repository().path
    first = opened(github)
    second = commit(path, "fix", "fix.txt", "fixed again\n")
    words = ("-f", "event=APPROVE", "-f")
    assert ada.api(f"{PULL}/reviews", *words, f"commit_id={first}")["commit_id"] == first
    assert reviewed(ada, "APPROVE")["commit_id"] == second
    assert ada.refused(f"{PULL}/reviews", *words, f"commit_id={head(path, 'master')}")[0] == 422


def test_a_refusal_says_why(github: LocalGitHub, ada: LocalGitHub) -> None:
    opened(github)
    assert ada.refused(f"{PULL}/reviews", "-f", "event=REQUEST_CHANGES")[0] == 422
    assert ada.refused(f"{PULL}/reviews", "-f", "event=SHRUG", "-f", "body=b")[0] == 422
    github.expect("SHRUG")


def test_who_was_asked_is_listed_until_the_review_is_there(github: LocalGitHub, ada: LocalGitHub) -> None:
    opened(github)
    asked = ("-f", "reviewers[]=ada", "-f", "reviewers[]=bob", "-f", "team_reviewers[]=release")
    github.api(f"{PULL}/requested_reviewers", *asked)
    found = github.api(f"{PULL}/requested_reviewers")
    assert [one["login"] for one in found["users"]] == ["ada", "bob"]
    assert [one["slug"] for one in found["teams"]] == ["release"]
    reviewed(ada, "COMMENT")
    assert [one["login"] for one in github.api(f"{PULL}/requested_reviewers")["users"]] == ["bob"]
