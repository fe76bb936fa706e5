"""YAML that would take a parser's stack, or all memory, and YAML that only looks so."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
import yaml

from releasing.shell.text.yaml_bounds import DEEPEST, UnboundedError, compose

LETTERS = "abcdefghijkl"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n" for before, after in pairwise(LETTERS)
)
DEEP = {
    "brackets": "a: " + "[" * 20_000 + "]" * 20_000,
    "braces": "{a: " * 20_000 + "1" + "}" * 20_000,
    "unclosed": "[" * 20_000,
    "indented": "".join(" " * depth + "a:\n" for depth in range(2_000)),
    "dashes": "- " * 20_000 + "a",
    "questions": "? " * 20_000 + "a",
    "lists in mappings": "".join("  " * depth + "- a:\n" for depth in range(1_000)),
    "after an anchor": "a: &a 1\nb: " + "[" * 200 + "]" * 200,
}


@pytest.mark.parametrize("text", [*DEEP.values()], ids=[*DEEP])
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize("encoding", ["text", "utf-8", "utf-16"])
def test_what_is_nested_too_deeply_is_refused_at_once(text: str, loader: type, encoding: str) -> None:
    began = time.monotonic()
    with pytest.raises(UnboundedError, match=f"nested more than {DEEPEST} levels deep"):
        compose(text if encoding == "text" else text.encode(encoding), loader)
    assert time.monotonic() - began < 20


def test_aliases_that_stand_for_too_much_are_refused_with_their_line() -> None:
    with pytest.raises(UnboundedError, match="its aliases stand for more than 1000000 values") as caught:
        compose(BOMB)
    assert caught.value.problem_mark is not None
    assert caught.value.problem_mark.line > 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: &a {b: *a}",
        "a: &a 1\nb: [*a, *a]",
        "a: '" + "[" * 5000 + "'",
        "a: " + "[" * 90 + "]" * 90,
        "a: |\n" + " " * 3000 + "x",
        "[" + "[1], " * 50_000 + "]",
        "a: 1 # " + "&" * 1000,
    ],
)
def test_what_only_looks_so_is_read(text: str) -> None:
    root = compose(text)
    assert (root is None) == (not text)
