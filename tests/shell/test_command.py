"""Command lines: what is pasted into a terminal is exactly what a run starts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releasing.shell.command import Command, pending, variable

SHOW = Command(
    (sys.executable, "-c", "import json, os, sys; print(json.dumps([os.getcwd(), *sys.argv[1:]]))")
)
AWKWARD = [
    "",
    "~",
    "*",
    "$HOME",
    "`id`",
    "a b",
    "'",
    '"',
    "\\",
    "\n",
    "!",
    "(?P<value>x)",
    "-n",
    "ä€",
    "#",
    "a=b",
]
WORDS = st.lists(
    st.sampled_from(AWKWARD) | st.text(st.characters(exclude_characters="\0⟨⟩", exclude_categories=["Cs"]))
)


def pasted(line: str) -> list[str]:
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True, text=True)
    return list(json.loads(done.stdout))


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_a_pasted_command_has_the_same_words(words: list[str]) -> None:
    assert pasted(str(SHOW[tuple(words)]))[1:] == words


def test_a_pasted_command_runs_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    assert pasted(str(SHOW["x"].within(str(folder)))) == [str(folder), "x"]


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(AWKWARD), st.sampled_from(AWKWARD), st.text("a b$'\"\n"))
def test_a_pending_value_becomes_a_variable_that_is_never_split(before: str, after: str, value: str) -> None:
    command = SHOW[before + pending("head of v0.2-branch") + after]
    quoted = "'" + value.replace("'", "'\\''") + "'"
    line = f"head_of_v0_2_branch={quoted}; {command}"
    assert pasted(line)[1:] == [before + value + after]


def test_a_variable_is_a_name_that_every_shell_takes() -> None:
    assert variable("Update-TFJob pull request") == "update_tfjob_pull_request"
    assert variable("été 1") == "t_1"


@pytest.mark.parametrize("word", [None, 1.10, ["a"], {"a": "b"}, "nul\0"])
def test_only_strings_are_words(word: object) -> None:
    with pytest.raises(TypeError, match="words of a command are strings"):
        SHOW["before", word]  # type: ignore[index]


def test_adding_words_leaves_the_shorter_command_alone() -> None:
    git = Command(("git",))
    assert str(git["push", "origin"]) == "git push origin"
    assert str(git) == "git"
