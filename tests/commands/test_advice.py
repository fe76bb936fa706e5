"""What is said to who mistyped: the nearest name, or what is wrong with an option."""

from __future__ import annotations

import pytest

from releasing.commands.advice import advice, empty_option

NAMES = ["auth", "release", "release.rc", "release.final"]


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["release.rc", "--commit="], "--commit"),
        (["release.rc", "--commit", ""], "--commit"),
        (["release.rc", "--commit", "abc", "--waive", ""], "--waive"),
        (["release.rc", "--commit=abc", "--fresh"], ""),
        (["release.rc", "--fresh"], ""),
        (["auth"], ""),
        ([], ""),
    ],
)
def test_an_option_with_an_empty_value_is_found(words: list[str], option: str) -> None:
    assert empty_option(words) == option


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["relase.rc"], "did you mean release.rc? all tasks: scripts/invoke --list"),
        (["release.rc", "--wave", "1"], "the options of release.rc: scripts/invoke --help release.rc"),
        (["release.rc", "--waive", "1", "--waive=2"], "--waive is given twice: it takes one value"),
        (["xyzzy"], "all tasks: scripts/invoke --list"),
        (["--list"], "all tasks: scripts/invoke --list"),
    ],
)
def test_what_to_type_next_follows_from_the_words(words: list[str], said: str) -> None:
    assert advice(words, NAMES) == said
