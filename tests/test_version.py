"""Versions and candidates: what is accepted, what is refused, and what follows from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releasing.errors import UsageError
from releasing.version import Candidate, Version, candidates, parse_name

pytestmark = pytest.mark.interpreter

NUMBERS = st.integers(0, 10**9)
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS)


@given(VERSIONS)
def test_a_version_is_parsed_from_its_text_and_its_tag(version: Version) -> None:
    assert Version.parse(str(version)) == Version.parse(version.tag) == version
    assert parse_name(version.tag) == (version, None)


@given(VERSIONS, NUMBERS)
def test_a_candidate_is_parsed_from_its_text_and_its_tag(version: Version, number: int) -> None:
    candidate = Candidate(version, number)
    assert parse_name(str(candidate)) == parse_name(candidate.tag) == (version, candidate)


def test_the_names_of_a_release_follow_from_its_version() -> None:
    version = Version.parse("v0.2.1")
    assert (version.branch, version.tag, str(version)) == ("v0.2-branch", "v0.2.1", "0.2.1")
    assert Candidate(version, 3).tag == "v0.2.1-rc.3"
    assert Version.parse("0.10.0").branch == "v0.10-branch"


NEAREST = {
    "v0.5.0-rc2": "v0.5.0-rc.2",
    "v0.6.start": "v0.6.0",
    "v1.0": "v1.0.0",
    "v1.2-rc.0": "v1.2.0-rc.0",
    "0.2": "v0.2.0",
    "1": "v1.0.0",
    "v.0.2.1": "v0.2.1",
    "V0.2.1": "v0.2.1",
    "vv0.2.1": "v0.2.1",
    " 0.2.1": "v0.2.1",
    "0.2.1\n": "v0.2.1",
    "01.2.3": "v1.2.3",
    "0.2.1.4": "v0.2.1",
    "0.2.1rc1": "v0.2.1-rc.1",
    "0.2.1-RC1": "v0.2.1-rc.1",
    "v0.2.1.rc.1": "v0.2.1-rc.1",
    "0.2.1-rc": "v0.2.1-rc.0",
    "0.2.1-rc.01": "v0.2.1-rc.1",
    "0.2.1-rc.1.2": "v0.2.1-rc.1",
    "0.2.1-beta.1": "v0.2.1",
    "0.2.1+build": "v0.2.1",
    "0.2.1-rc.1+build": "v0.2.1-rc.1",
    "release-0.2.1": "v0.2.1",
    "v0.2-branch": "v0.2.0",
}


@pytest.mark.parametrize(("text", "nearest"), NEAREST.items())
def test_a_malformed_name_is_refused_with_the_nearest_valid_form(text: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=r"is not a version; expected MAJOR\.MINOR\.PATCH") as caught:
        parse_name(text)
    assert caught.value.hint == f"the nearest valid form is {nearest}"
    parse_name(nearest)


@pytest.mark.parametrize("text", ["", "latest", "v", "-rc.1"])
def test_a_name_with_nothing_of_a_version_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_name(text)
    assert repr(text) in caught.value.message
    assert caught.value.hint in ("for example: --version 0.2.1", "the nearest valid form is v1.0.0")


@given(st.text() | st.from_regex(r"v?[0-9.]*(-rc[.0-9]*)?", fullmatch=True))
def test_whatever_is_typed_is_a_version_or_refused_with_a_hint(text: str) -> None:
    outcome: object
    try:
        version, candidate = parse_name(text)
        outcome = str(candidate or version) == text.removeprefix("v")
    except UsageError as error:
        outcome = error.hint
    assert outcome


def test_thousands_of_digits_are_refused_and_not_a_crash() -> None:
    with pytest.raises(UsageError):
        parse_name("9" * 5000 + ".0.0")


def test_a_candidate_where_a_version_is_wanted_says_how_to_write_it() -> None:
    with pytest.raises(UsageError, match="names a candidate") as caught:
        Version.parse("v0.2.1-rc.1")
    assert caught.value.hint == "--version 0.2.1 --candidate 1"


def test_candidates_are_those_of_the_version_in_the_order_of_their_numbers() -> None:
    tags = [
        "v0.2.1-rc.10",
        "v0.2.1-rc.9",
        "v0.2.1",
        "v0.2.1-rc2",
        "v0.2.1-rc.01",
        "v0.2.10-rc.0",
        "xv0.2.1-rc.1",
    ]
    version = Version(0, 2, 1)
    assert candidates(tags, version) == [Candidate(version, 9), Candidate(version, 10)]


def test_versions_are_ordered_by_their_numbers() -> None:
    assert Version(0, 9, 0) < Version(0, 10, 0) < Version(1, 0, 0)
