"""Titles and names that strangers chose, as lines of release notes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from releasing.publication import note_lines
from releasing.publication.merged_pulls import Merged
from releasing.shell.programs import Shell

WILD = "Fix\x1b[2J it\r\n- forged (#1, @me)\x9b\u202e"
TAME = "Fix\\u001b[2J it - forged (#1, @me)\\u009b\\u202e"


def shell(folder: Path, answer: str) -> Shell:
    """A shell whose gh says that."""
    program = folder / "gh"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    return Shell({"PATH": f"{folder}:/usr/bin:/bin"})


@pytest.mark.parametrize("known", [True, False], ids=["on GitHub", "only as a commit"])
def test_a_line_of_the_notes_is_one_line_of_plain_text(tmp_path: Path, known: bool) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"title": WILD, "author": "a\x07", "labels": []}))
    sh = shell(tmp_path, f"cat '{facts}'" if known else "echo 'gh: HTTP 404' >&2; exit 1")
    [line] = note_lines.lines(sh, "kubeflow/kubeflow", [Merged("7", WILD, "a\x07")])
    assert line.text == f"- {TAME} (#7, {'@' if known else ''}a\\u0007)"
