"""What YAML has to have in quotes, asked of readers of both its versions."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from releasing.shell.text.plain_scalars import quoted, reads_as_text, scalar

pytestmark = pytest.mark.interpreter

AMBIGUOUS = [
    "706798e8",
    "1e3",
    "1E3",
    "-1e+3",
    "1.e-3",
    "0o17",
    "017",
    "0x1F",
    "0b11",
    "1.10",
    "1.",
    ".5",
    "+1",
    "20180701",
    "1_000",
    "1__0",
    "12:30",
    "190:20:30.15",
    ".inf",
    "-.INF",
    ".nan",
    ".NaN",
    "yes",
    "No",
    "ON",
    "off",
    "y",
    "N",
    "true",
    "False",
    "~",
    "null",
    "Null",
    "<<",
    "=",
    "2018-07-01",
    "2018-7-1T10:00:00Z",
]
PLAIN = [
    "v0.2.1",
    "v1.10",
    "0.2.1",
    "1.2.3-rc.0",
    "latest",
    "v20180701-0123abcd",
    "1.10-gpu",
    "7067988g",
    "1e",
    "0x",
    "0xfg",
    "e3",
    ".e3",
    "yesterday",
    "gcr.io/p/x:v1",
    "sha256:aaaa",
    "2018-07",
    "12:60",
    "a:b",
    "-rf",
    "./x",
    "~/x",
]


@pytest.mark.parametrize("text", [*AMBIGUOUS, ""])
def test_what_some_reader_takes_for_something_else_gets_quotes(text: str) -> None:
    assert not reads_as_text(text)
    assert scalar(text) == quoted(text) == f'"{text}"'


@pytest.mark.parametrize("text", PLAIN)
def test_what_all_readers_take_for_text_gets_none(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize(
    "text",
    ["a: b", "a #b", "a,b", "[a]", "{a}", "*a", "&a", "!a", "a:", "- a", "---", "@a", "%a", 'a"b', "a\\b"],
)
def test_what_yaml_would_not_read_as_one_scalar_gets_quotes(text: str) -> None:
    assert scalar(text).startswith('"')


def both(document: str) -> list[object]:
    """What a reader of YAML 1.1 and one of 1.2 make of a document."""
    return [yaml.safe_load(document), YAML(typ="safe", pure=True).load(document)]


PIECES = st.text("0123456789abefonxyYNtrue._+-:~/ ,#[]{}\"'\\", max_size=8)


@given(PIECES | st.sampled_from([*AMBIGUOUS, *PLAIN]))
def test_both_readers_read_every_scalar_as_the_text_that_it_was(text: str) -> None:
    assert both(f"a: {scalar(text)}\nb: [{scalar(text)}]\n") == [{"a": text, "b": [text]}] * 2
