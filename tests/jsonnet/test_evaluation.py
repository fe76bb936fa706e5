"""Jsonnet evaluated in bounds, in a program of its own."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from releasing.errors import ConfigError
from releasing.jsonnet import evaluation
from releasing.jsonnet.evaluation import Evaluated, Snippet, evaluated, value_of
from releasing.shell.programs import Shell

pytestmark = pytest.mark.interpreter

FOREVER = "[1 for x in std.range(1, 30000) for y in std.range(1, 30000) if x * y == 0]"
DOUBLED = "local f(n) = if n == 0 then std.repeat('a', 1000000) else f(n - 1) + f(n - 1); std.length(f(20))"
DEEP = "local x = (" + "(" * 3_000_000 + "1" + ")" * 3_000_000 + "); null"


def one(text: str, seconds: float = 20.0, memory: int = evaluation.MEMORY) -> Evaluated:
    return evaluated([Snippet("file", text)], seconds, memory)[0]


def test_each_snippet_has_its_answer_in_order() -> None:
    texts = ["1 + 1", "{ a: }", "error 'no'", "'ü\\n'"]
    found = evaluated([Snippet("file", text) for text in texts])
    assert [each.value.strip() for each in found] == ["2", "", "", '"ü\\n"']
    assert [bool(each.failure) for each in found] == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "why"), [(FOREVER, "more than 1 s"), (DOUBLED, "needs more than"), (DEEP, "")]
)
def test_what_has_no_end_is_ended_and_the_others_are_evaluated(text: str, why: str) -> None:
    began = time.monotonic()
    found = evaluated([Snippet("file", each) for each in ("1", text, "2")], 1.0, 256 << 20)
    assert [each.value.strip() for each in found] == ["1", "", "2"]
    assert why in found[1].failure
    assert time.monotonic() - began < 15


def test_nothing_stays_behind_when_time_is_up(tmp_path: Path) -> None:
    name = f"marker-{os.getpid()}"
    one(f"local {name.replace('-', '_')} = 1; {FOREVER}", seconds=0.5)
    listed = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    mine = [line for line in listed.splitlines() if line.split()[0] == str(os.getpid())]
    assert not [line for line in mine if "releasing.jsonnet.worker" in line]


def test_it_does_not_see_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "s3cret")
    seen: list[dict[str, str]] = []

    class Looked(Shell):
        def __init__(self, environment: dict[str, str]) -> None:
            seen.append(environment)
            super().__init__(environment)

    monkeypatch.setattr(evaluation, "Shell", Looked)
    assert one("1").value.strip() == "1"
    assert not [text for each in seen for text in each.values() if "s3cret" in text]
    assert {*seen[0]} == {"PATH", "LC_ALL", "GOTRACEBACK"}


@pytest.mark.parametrize("word", ["import", "importstr"])
@pytest.mark.parametrize("name", ["/proc/self/environ", "gone", "a\\u0000b", "x" * 300])
def test_without_a_checkout_nothing_is_imported(word: str, name: str) -> None:
    found = one(f'local text = {word} "{name}"; std.length(text)')
    assert found.value == ""
    assert "import" in found.failure


def test_a_name_that_is_given_is_taken_instead_of_a_file() -> None:
    found = evaluated([Snippet("file", '(import "k.libsonnet").a', given={"k.libsonnet": "{ a: 5 }"})])
    assert found[0].value.strip() == "5"


def test_a_value_with_more_levels_than_any_object_has_is_refused() -> None:
    for levels in (150, 100_000):
        with pytest.raises(ConfigError, match="more than 100 levels"):
            value_of("[" * levels + "]" * levels, "main.jsonnet")
    assert value_of("[" * 50 + "1" + "]" * 50, "main.jsonnet")


def test_a_value_of_many_megabytes_is_refused() -> None:
    assert (
        "more than 32 MiB"
        in one("local a = std.repeat('a', 1000000); std.makeArray(34, function(i) a)").failure
    )
