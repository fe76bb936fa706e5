"""Words that a pattern requires: never one that a text can do without."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releasing.references.required_words import required_words

pytestmark = pytest.mark.interpreter


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(gcr\.io/p|\{0\}/\{1\})/tensorflow-.*notebook.*", {b"/tensorflow-"}),
        (r"(gcr\.io/p/|\{0\}/\{1\}/)(tf-model-server-(cpu|gpu))", {b"tf-model-server-"}),
        (r"gcr\.io/p/(operator|job)", {b"operator", b"job"}),
        (r".*/x", {b"/x"}),
        (r"gcr\.io\/p\/x", {b"/x"}),
        (r"(?:gcr|quay)\.io/.*", {b"gcr", b"quay"}),
        (r"bo+k-sh?elf{2}", {b"k-s"}),
        (r"(abc)*def|ghi", {b"def", b"ghi"}),
        (r"a|bcd", set()),
        (r"(abc|)", set()),
        (r".+", set()),
        (r"(?i)operator", set()),
        (r"(?!quay).*/operator", set()),
        (r"op\x65rator", set()),
        ("é-operator", set()),
    ],
)
def test_the_words_of_a_pattern(pattern: str, words: set[bytes]) -> None:
    assert required_words([pattern.encode()]) == words


def test_one_pattern_without_words_leaves_none_for_all() -> None:
    assert required_words([b"abc", b".*"]) == set()
    assert required_words([b"abc", b"def"]) == {b"abc", b"def"}


LEAF = st.sampled_from(
    [*"ab/-_:", "cd", r"\.", r"\{0\}", ".", "[ab/]", "[^]a]", r"\w", r"\d", "^", "$", r"\b", "}", "]"]
)
REPEAT = st.sampled_from(
    ["", "", "", "?", "*", "+", "{2}", "{0}", "{,2}", "{0,1}", "{1,2}", "??", "+?", "{,}"]
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = st.builds("({}{}){}".format, st.sampled_from(["", "?:"]), inner, REPEAT)
    repeated = st.builds("{}{}".format, LEAF.filter(lambda leaf: leaf not in {"^", "$", r"\b"}), REPEAT)
    several = st.lists(st.one_of(group, repeated, inner), max_size=4).map("".join)
    return st.one_of(several, st.lists(several, min_size=1, max_size=3).map("|".join).map("({})".format))


@given(st.recursive(LEAF, grown, max_leaves=12), st.data())
@settings(deadline=None)
def test_every_text_that_matches_has_one_of_the_words(pattern: str, drawn: st.DataObject) -> None:
    compiled = re.compile(pattern, re.ASCII)
    words = required_words([pattern.encode()])
    text = drawn.draw(st.from_regex(compiled, fullmatch=True)).encode()
    assert not words or any(word in text for word in words)
