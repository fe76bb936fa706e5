"""Diffs and texts of reports."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from releasing.references import examine
from releasing.references.report import as_json, as_text, diff
from releasing.references.rules import Rules

pytestmark = pytest.mark.interpreter

RULES = Rules.parse(["gcr.io/x:v2"])


def test_git_applies_the_diff_of_odd_line_ends(tmp_path: Path) -> None:
    before = b"a\r\nb\x0cc\rgcr.io/x:v1\r\n\nlast gcr.io/x:v1"
    (tmp_path / "f").write_bytes(before)
    printed = diff(examine([("f", before)], RULES))
    subprocess.run(["git", "apply"], cwd=tmp_path, check=True, input=printed)
    assert (tmp_path / "f").read_bytes() == before.replace(b"v1", b"v2")


def test_a_pin_whose_file_may_be_absent_is_reported_when_it_is() -> None:
    pin = ("deploy.sh", "VERSION=(.*)", "v2")
    report = examine([("f", b"gcr.io/x:v2")], Rules.parse(["gcr.io/x:v2"], pins_if_present=[pin]))
    assert as_text(report, "Changed").endswith(
        "File absent (allowed by if-present): pin deploy.sh: VERSION=(.*)"
    )
    assert json.loads(as_json(report, written=False))["absent"] == ["pin deploy.sh: VERSION=(.*)"]


def test_the_text_names_what_changed_what_stayed_and_what_was_not_found() -> None:
    files = [("f", b"gcr.io/x:v1 q.io/r/x:v1"), ("g", b"gcr.io/x:$TAG"), ("CHANGELOG", b"gcr.io/x:v0")]
    assert as_text(examine(files, Rules.parse(["gcr.io/x:v2", "gone:v1"])), "Changed").splitlines() == [
        "Changed: 1 in 1 files; already correct: 0",
        "  f:1: gcr.io/x:v1 -> gcr.io/x:v2",
        "Left alone, still at another tag (changelog):",
        "  CHANGELOG:1: gcr.io/x:v0",
        "Left alone, still at another tag (the same image under a name that was not given):",
        "  f:1: q.io/r/x:v1",
        "Left alone (its tag is a variable):",
        "  g:1: gcr.io/x:$TAG",
        "No file mentions an image gone",
    ]
