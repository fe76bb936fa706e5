"""Values that get quotes in YAML, and where they cannot."""

from __future__ import annotations

import pytest

from releasing.errors import PreconditionError
from releasing.references import examine
from releasing.references.forms.yaml_values import is_yaml, reads
from releasing.references.rules import Rules

pytestmark = pytest.mark.interpreter

NUMBER = "706798e8"


def pinned(content: str, pattern: str, value: str = NUMBER, path: str = "a.yaml") -> str:
    report = examine([(path, content.encode())], Rules.parse([], [(path, pattern, value)]))
    return report.rewrites[0].after.decode() if report.rewrites else content


def parameter(content: str, path: str = "a.yaml", value: str = NUMBER) -> str:
    report = examine([(path, content.encode())], Rules.parse([], parameters=[("*", "tag", value)]))
    return report.rewrites[0].after.decode() if report.rewrites else content


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tag: v1\n", f'tag: "{NUMBER}"\n'),
        ("tag: v1  # why\r\n", f'tag: "{NUMBER}"  # why\r\n'),
        ("a: {tag: v1, b: c}", f'a: {{tag: "{NUMBER}", b: c}}'),
        ("- tag: !!str v1", f'- tag: !!str "{NUMBER}"'),
        (f"tag: '{NUMBER}'", f"tag: '{NUMBER}'"),
        (f'tag: "{NUMBER}"', f'tag: "{NUMBER}"'),
        (f"tag: {NUMBER}", f'tag: "{NUMBER}"'),
    ],
)
def test_a_pin_of_a_whole_scalar_gets_quotes_and_keeps_them(before: str, after: str) -> None:
    pattern = r"tag: (?:!!str )?([^\s,}]+)"
    assert pinned(before, pattern) == after
    assert pinned(after, pattern) == after


def test_a_pin_of_a_part_or_in_quotes_gets_none() -> None:
    assert pinned("image: p/x:v1", r"x:(\S+)") == f"image: p/x:{NUMBER}"
    assert pinned('tag: "v1"', r'tag: "([^"]+)"') == f'tag: "{NUMBER}"'
    assert pinned("tag = v1", r"tag = (\S+)", path="a.toml") == f"tag = {NUMBER}"
    assert pinned("tag: v1", r"tag: (\S+)", "v2") == "tag: v2"


def test_a_pin_whose_pattern_has_no_place_for_quotes_stops_everything() -> None:
    with pytest.raises(PreconditionError, match=f'YAML needs "{NUMBER}" in quotes'):
        pinned("tag: v1", r"tag: (\w+)")
    assert pinned("tag: v1", r'tag: "?(\w+)"?') == f'tag: "{NUMBER}"'
    assert pinned(f'tag: "{NUMBER}"', r'tag: "?(\w+)"?') == f'tag: "{NUMBER}"'


@pytest.mark.parametrize(
    "path", ["a.yaml", "a.yml", "b/Kustomization", "values.yaml.tmpl", "templates/_x.tpl"]
)
def test_a_parameter_gets_quotes_wherever_it_becomes_yaml(path: str) -> None:
    assert is_yaml(path)
    for value in (NUMBER, "1e3", "0o17", "1.10", "yes", "12:30", "a,b"):
        assert parameter("tag: v1\n", path, value) == f'tag: "{value}"\n'
        assert parameter(f"tag: '{value}'\n", path, value) == f"tag: '{value}'\n"


def test_a_parameter_that_is_a_part_of_a_text_gets_none() -> None:
    assert parameter("args: [--tag=v1]\n") == f"args: [--tag={NUMBER}]\n"
    assert parameter("tag := v1\n", "Makefile") == f"tag := {NUMBER}\n"


def test_a_parameter_with_a_digest_stays_unless_the_value_has_one() -> None:
    pin = f"v1@sha256:{'a' * 64}"
    report = examine([("a.yaml", f"tag: {pin}\n".encode())], Rules.parse([], parameters=[("*", "tag", "v2")]))
    assert [(left.written, left.reason) for left in report.left] == [
        (f"tag {pin}", "pinned by digest, and the value has none")
    ]
    other = pin.replace("v1", "v2").replace("a" * 64, "b" * 64)
    assert parameter(f"tag: {pin}\n", value=other) == f"tag: {other}\n"


def test_a_scalar_says_a_value_in_quotes_or_when_it_needs_none() -> None:
    assert [reads(text, NUMBER) for text in (NUMBER, f"'{NUMBER}'", f'"{NUMBER}"', "v1")] == [
        False,
        True,
        True,
        False,
    ]
    assert reads("v1", "v1")
