"""What ks show prints is read back as it was, by a reader of YAML 1.1 and by the one that kubectl's is kin to."""

from __future__ import annotations

import json

import _gojsonnet
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from releasing.clients.ksonnet.rendered_text import as_text
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter

RENDERED = DATA / "ks-rendered"
NOT_NUMBERS = [
    "12345e67",
    "1.10",
    "010",
    "0o10",
    "1_000",
    "1:30",
    "0x1F",
    "0b1",
    ".5",
    "+1",
    "-1",
    "1e3",
    "2018-01-01",
]
NOT_WORDS = [
    "on",
    "Off",
    "y",
    "N",
    "yes",
    "~",
    "null",
    "NULL",
    "True",
    "",
    ".inf",
    "-.INF",
    ".NaN",
    "=",
    "<<",
]
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.sampled_from(NOT_NUMBERS + NOT_WORDS)
NUMBER = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
VALUE = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def read_by_jsonnet(text: str) -> object:
    source = "std.parseYaml(std.extVar('text'))"
    return json.loads(_gojsonnet.evaluate_snippet("x", source, ext_vars={"text": text}))


@pytest.mark.parametrize("name", ["notebook-release", "tf-serving-release"])
def test_json_is_printed_as_ks_printed_it(name: str) -> None:
    text = (RENDERED / f"{name}.list.json").read_text()
    assert as_text(json.loads(text)["items"], "json") == text.rstrip("\n")


@pytest.mark.parametrize("name", ["notebook-release", "tf-serving-release"])
def test_what_the_runbooks_apps_render_to_comes_back_from_yaml(name: str) -> None:
    items = json.loads((RENDERED / f"{name}.list.json").read_text())["items"]
    text = as_text(items, "yaml")
    assert list(yaml.safe_load_all(text)) == items
    assert read_by_jsonnet(text) == items


@pytest.mark.parametrize("value", NOT_NUMBERS + NOT_WORDS)
def test_text_that_looks_like_something_else_is_in_quotes(value: str) -> None:
    assert as_text([{"a": value}], "yaml") == f'---\na: "{value}"'
    assert read_by_jsonnet(as_text([{value: value}], "yaml")) == [{value: value}]


@settings(max_examples=60)
@given(content=st.dictionaries(TEXT, VALUE, max_size=3))
def test_any_object_comes_back_from_yaml(content: dict[str, object]) -> None:
    assert list(yaml.safe_load_all(as_text([content, content], "yaml"))) == [content, content]
