"""An app.yaml is edited in place: every other byte stays as it is."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from releasing.clients.ksonnet.app_yaml import scalar, with_entry, with_name, with_value
from releasing.errors import ConfigError
from tests.support.ksonnet_apps import APP

pytestmark = pytest.mark.interpreter

PATH = Path("app.yaml")
ENTRY = {"destination": {"namespace": "ns", "server": "https://192.0.2.9:6443"}, "path": "qa"}
LINES = [
    "+  qa:",
    "+    destination:",
    "+      namespace: ns",
    "+      server: https://192.0.2.9:6443",
    "+    path: qa",
]


def changes(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_an_entry_goes_between_its_neighbours() -> None:
    after = with_entry(APP, PATH, "environments", "qa", ENTRY)
    assert changes(APP, after) == LINES
    assert after.index("  qa:") < after.index("  releasing:")


def test_the_last_entry_goes_before_what_follows_its_section() -> None:
    after = with_entry(APP, PATH, "environments", "zz", ENTRY)
    assert "    path: qa\nkind: ksonnet.io/app\n" in after


def test_a_section_that_is_missing_is_added_in_order() -> None:
    after = with_entry(APP, PATH, "registries", "qa", ENTRY)
    assert changes(APP, after) == ["+registries:", *LINES]
    assert "name: releaser\nregistries:\n" in after


@pytest.mark.parametrize("empty", ["environments: {}  # none", "environments:", "environments: null"])
def test_an_empty_section_is_opened(empty: str) -> None:
    before = f"apiVersion: 0.1.0\n{empty}\nkind: ksonnet.io/app\n"
    after = with_entry(before, PATH, "environments", "qa", ENTRY)
    assert yaml.safe_load(after)["environments"] == {"qa": ENTRY}
    assert ("# none" in after) == ("# none" in before)


@pytest.mark.parametrize(
    "before",
    [
        "# mine\nkind: ksonnet.io/app\nenvironments:\n    zz: {path: zz}  # last\n\n# the end\n",
        "kind: ksonnet.io/app\nenvironments:\n  b:\n    path: b\n  a:\n    path: a",
        "environments:\r\n  a:\r\n    path: a\r\nkind: ksonnet.io/app\r\n",
        "kind: ksonnet.io/app\nenvironments:\n  a:\n    note: |\n      two\n      lines\n",
    ],
)
def test_comments_order_and_line_ends_stay(before: str) -> None:
    after = with_entry(before, PATH, "environments", "qa", ENTRY)
    assert [line for line in changes(before, after) if line.startswith("-")] == []
    assert after.count("\r\n") in (0, after.count("\n"))
    assert yaml.safe_load(after)["environments"]["qa"] == ENTRY


def test_entries_in_braces_are_left_to_the_operator() -> None:
    with pytest.raises(ConfigError, match="environments is written in braces"):
        with_entry("kind: x\nenvironments: {a: {path: a}}\n", PATH, "environments", "qa", ENTRY)


def test_a_value_and_a_name_change_alone() -> None:
    server = ("environments", "staging", "destination", "server")
    after = with_value(APP, PATH, server, "https://192.0.2.7")
    assert changes(APP, after) == ["-      server: https://192.0.2.2", "+      server: https://192.0.2.7"]
    after = with_name(APP, PATH, ("environments", "staging"), "qa")
    assert changes(APP, after) == ["-  staging:", "+  qa:"]


@pytest.mark.parametrize("value", ["on", "010", "1.10", "12345e67", "~", "", "a: b", "- a", "#", "null", "y"])
def test_what_a_reader_would_not_take_for_text_is_in_quotes(value: str) -> None:
    assert scalar(value).startswith('"')


# Not the control characters and line separators that YAML cannot hold: with those nothing is written.
@given(value=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cn"])))
def test_any_text_comes_back_from_a_scalar(value: str) -> None:
    assert yaml.safe_load(f"a: {scalar(value)}\n") == {"a": value}


def test_what_would_read_as_something_else_is_not_written() -> None:
    with pytest.raises(ConfigError, match="cannot be edited line by line"):
        with_value(APP, PATH, ("environments", "staging", "path"), "a\x85b")
