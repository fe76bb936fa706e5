"""A listing loads no more than it shows, and a run loads everything at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from releasing.commands.later import is_listing
from tests.support.paths import ROOT

CODE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import tasks
print(type(sys.modules["releasing.gates.vote"]).__name__)
from releasing.gates import vote
print(vote.RESULTS)
"""


def loaded(*words: str) -> list[str]:
    """The type of the module while it is not used, and what it has once it is."""
    command = [sys.executable, "-c", CODE, str(ROOT), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_listing_leaves_what_steps_do_until_it_is_used() -> None:
    assert loaded("--list") == ["_LazyModule", "('passed', 'failed')"]


def test_a_run_loads_everything_before_its_threads_begin() -> None:
    assert loaded("release.rc", "--version", "0.2.1") == ["module", "('passed', 'failed')"]


@pytest.mark.parametrize(
    ("words", "listing"),
    [
        (["-c", "--list"], True),
        (["/usr/bin/invoke", "-l"], True),
        (["/venv/lib/python3.11/site-packages/invoke/__main__.py", "--list"], True),
        (["/venv/lib/python3.11/site-packages/pytest/__main__.py", "--list"], False),
        (["invoke", "--complete", "--", "rel"], True),
        (["tasks.py", "--help=auth"], True),
        (["invoke", "release.plan", "--version", "0.2.1"], False),
        (["invoke"], False),
        (["/venv/bin/pytest", "-l"], False),
        (["pytest"], False),
    ],
)
def test_only_questions_to_invoke_are_listings(words: list[str], listing: bool) -> None:
    assert is_listing(words) is listing
