"""What is asked for, and which candidate that means."""

from __future__ import annotations

import pytest

from releasing.commands.request import (
    ReleaseRequest,
    incomplete,
    misleading,
    open_candidate,
    require_plain,
    tagged_candidate,
)
from releasing.errors import PreconditionError, UsageError
from releasing.version import Candidate
from tests.support.releases import VERSION


def meant(candidate: str, tags: str, begun: str = "", looking: bool = False) -> int:
    """The number of the candidate that is meant, given the numbers of those tagged and those begun here."""
    there, here = ([f"v0.2.1-rc.{number}" for number in numbers.split()] for numbers in (tags, begun))
    return open_candidate(ReleaseRequest(VERSION, candidate, looking=looking), there, here).number


def test_a_wish_is_a_version_and_perhaps_a_candidate() -> None:
    assert ReleaseRequest.parse("0.2.1", "", "", "") == ReleaseRequest(VERSION)
    assert ReleaseRequest.parse("v0.2.1-rc.3", "", "a", "m") == ReleaseRequest(VERSION, "3", "a", "m")
    assert ReleaseRequest.parse("0.2.1-rc.3", "3", "", "").candidate == "3"


@pytest.mark.parametrize("wish", [("", ""), ("0.2", ""), ("0.2.1-rc.1", "2"), ("0.2.1-rc.1", "next")])
def test_a_wish_that_is_none_or_two_is_refused(wish: tuple[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        ReleaseRequest.parse(*wish, "", "")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("tags", "begun", "number"),
    [("", "", 0), ("", "0", 0), ("0", "", 0), ("0", "0 1", 1), ("0 1 10 9", "", 10)],
)
def test_the_open_candidate_is_the_newest_that_is_known(tags: str, begun: str, number: int) -> None:
    assert meant("", tags, begun) == number


@pytest.mark.parametrize(
    ("tags", "begun", "number"), [("", "", 0), ("", "0", 0), ("0", "", 1), ("0 1", "0", 2)]
)
def test_the_next_candidate_follows_the_newest_tag(tags: str, begun: str, number: int) -> None:
    assert meant("next", tags, begun) == number


def test_asking_for_the_next_again_means_the_same_one_until_it_is_tagged() -> None:
    assert meant("next", "0") == meant("next", "0", begun="0 1") == 1


def test_a_number_may_be_any_that_leaves_no_gap() -> None:
    assert [meant(number, "0 1") for number in ("0", "1", "2")] == [0, 1, 2]
    for tags, begun, number in [
        ("", "", "1"),
        ("0", "", "2"),
        ("0", "0 1", "2"),
        ("", "", "x"),
        ("", "", "-1"),
    ]:
        with pytest.raises(UsageError, match=f"--candidate {number}: expected a number up to"):
            meant(number, tags, begun)


def test_a_released_version_gets_no_candidate_but_can_be_looked_at() -> None:
    tags = ["v0.2.1-rc.0", "v0.2.1"]
    with pytest.raises(PreconditionError, match=r"v0\.2\.1 is already released") as caught:
        open_candidate(ReleaseRequest(VERSION), tags, [])
    assert caught.value.hint == "the next version is 0.2.2"
    assert open_candidate(ReleaseRequest(VERSION, looking=True), tags, []) == Candidate(VERSION, 0)


def test_a_final_follows_the_newest_candidate_or_the_one_named() -> None:
    tags = ["v0.2.1-rc.9", "v0.2.1-rc.10"]
    assert tagged_candidate(ReleaseRequest(VERSION), tags).number == 10
    assert tagged_candidate(ReleaseRequest(VERSION, "9"), tags).number == 9
    with pytest.raises(UsageError, match="--candidate 8: origin has 9, 10"):
        tagged_candidate(ReleaseRequest(VERSION, "8"), tags)
    with pytest.raises(PreconditionError, match=r"no candidate of v0\.2\.1"):
        tagged_candidate(ReleaseRequest(VERSION), [])


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("v0.2.1-rc2", "origin has v0.2.1-rc2, but candidates are named v0.2.1-rc.N"),
        ("v0.2.1_RC2", "origin has v0.2.1_RC2"),
        ("0.2.1-rc.2", "origin has 0.2.1-rc.2"),
        ("v0.2.1-rc.02", "origin has v0.2.1-rc.02"),
        ("v0.2.1-rc.2-1", "origin has v0.2.1-rc.2-1"),
        ("v0.2.1-rc.99999999999999999999999", "origin has v0.2.1-rc.99999999999999999999999"),
        ("0.2.1", "origin has 0.2.1, but candidates are named v0.2.1-rc.N, and a release v0.2.1"),
    ],
)
def test_a_tag_that_people_read_otherwise_than_tools_is_told_with_the_number_that_is_a_way_on(
    tag: str, why: str
) -> None:
    tags = ["v0.2.1-rc.0", "v0.2.1-rc.1", "v0.2.2-rc2", "v1.0.0-rc1", tag]
    said = misleading(VERSION, tags)
    assert said.startswith(why)
    for wanted in ("", "next"):
        with pytest.raises(PreconditionError) as caught:
            require_plain(ReleaseRequest(VERSION, wanted), tags, said)
        assert "--candidate " in caught.value.hint
    with pytest.raises(PreconditionError, match="origin has"):
        tagged_candidate(ReleaseRequest(VERSION), tags)
    require_plain(ReleaseRequest(VERSION, "3"), tags, said)
    require_plain(ReleaseRequest(VERSION, looking=True), tags, said)


def test_other_tags_of_a_version_leave_nothing_open() -> None:
    assert (
        misleading(VERSION, ["v0.2.1-rc.0", "v0.2.1-alpha.1", "v0.2.10", "v0.2.1-rcx", "v0.2-branch", "x"])
        == ""
    )


def test_a_number_that_people_take_for_a_tag_of_another_spelling_is_refused() -> None:
    tags = ["v0.2.1-rc.0", "v0.2.1-rc2"]
    with pytest.raises(
        UsageError, match=r"people would take v0\.2\.1-rc2 on origin for v0\.2\.1-rc\.2"
    ) as caught:
        open_candidate(ReleaseRequest(VERSION, "2"), tags, [])
    assert caught.value.hint == "--candidate 3"
    assert [open_candidate(ReleaseRequest(VERSION, each), tags, []).number for each in ("0", "1", "3")] == [
        0,
        1,
        3,
    ]


def test_a_candidate_before_which_one_is_missing_is_not_taken_for_the_open_one() -> None:
    tags = ["v0.2.1-rc.0", "v0.2.1-rc.9999999999"]
    said = incomplete(VERSION, tags)
    assert said == "origin has v0.2.1-rc.9999999999, but no v0.2.1-rc.1"
    with pytest.raises(PreconditionError) as caught:
        require_plain(ReleaseRequest(VERSION), tags, said)
    assert caught.value.hint.endswith("--candidate 1")
    assert open_candidate(ReleaseRequest(VERSION, "1"), tags, []).number == 1


def test_another_candidate_after_a_vote_that_passed_takes_its_number() -> None:
    tags = ["v0.2.1-rc.0"]
    with pytest.raises(
        PreconditionError, match=r"passed: URL; next would begin another candidate, v0\.2\.1-rc\.1"
    ) as caught:
        open_candidate(
            ReleaseRequest(VERSION, "next"), tags, [], passed=lambda _known: "the vote passed: URL"
        )
    assert "release.final --version 0.2.1" in caught.value.hint
    assert caught.value.hint.endswith("--candidate 1")
    assert (
        open_candidate(ReleaseRequest(VERSION, "1"), tags, [], passed=lambda _known: "it passed").number == 1
    )
    # What was begun as the next one stays that, whatever its vote.
    begun = ["v0.2.1-rc.1"]
    again = open_candidate(
        ReleaseRequest(VERSION, "next"), tags, begun, lambda _known: True, lambda _known: "it passed"
    )
    assert again.number == 1
