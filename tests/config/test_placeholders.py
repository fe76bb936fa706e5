"""Names in braces in values of release.yaml."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from releasing.config.placeholders import filled

pytestmark = pytest.mark.interpreter

VALUES = {"version": "0.2.1", "tag": "v0.2.1"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("v0.2.0", "v0.2.0"),
        ("{tag}", "v0.2.1"),
        ("a{version}b{tag}{tag}", "a0.2.1bv0.2.1v0.2.1"),
        ("{{tag}}", "{tag}"),
        ("{{{tag}}}", "{v0.2.1}"),
        ("", ""),
    ],
)
def test_a_name_is_replaced_and_a_doubled_brace_is_one(text: str, value: str) -> None:
    assert filled(text, VALUES) == value


@pytest.mark.parametrize(
    ("text", "blamed"),
    [("{tags}", "{tags}"), ("{}", "{}"), ("a{", "{"), ("tag}", "}"), ("{ tag }", "{ tag }")],
)
def test_anything_else_in_braces_is_refused_with_the_names_that_there_are(text: str, blamed: str) -> None:
    with pytest.raises(
        ValueError, match=r"is not a known name \(\{version\}, \{tag\}\); to write a brace as text, double it"
    ) as raised:
        filled(text, VALUES)
    assert str(raised.value).startswith(f"{blamed} is not a known name")


@given(strategies.text())
def test_any_text_can_be_written_with_its_braces_doubled(text: str) -> None:
    assert filled(text.replace("{", "{{").replace("}", "}}"), {}) == text
