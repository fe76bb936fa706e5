"""Two people release the same candidate at once, each on a machine of their own: one world, one of everything.

Who comes second at a branch, a pull request or a tag is told who was first, or finds it done.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.finished import RC, Finished
from tests.support.machines import other_machine
from tests.support.paths import ROOT
from tests.support.whole_releases import VERSION, Trace, completed, invoke, serving, trace

MOST = 10


def without_mails(it: Trace) -> Trace:
    """Each operator has an outbox of their own."""
    return replace(it, mails={})


def test_two_operators_at_once_make_one_release(tmp_path: Path, candidate: Finished) -> None:
    shared = tmp_path / "shared"
    completed(shared, "release.plan", "--version", VERSION)
    with serving(shared):
        other = other_machine(tmp_path / "b", shared)
        words = [sys.executable, str(ROOT / "tasks.py"), *RC]
        for _ in range(MOST):
            with subprocess.Popen(
                words, env=other, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as b:
                a = invoke(shared, *RC)
                said, _ = b.communicate()
            print(a.stdout, a.stderr, said, sep="\n----\n")
            assert "Traceback" not in a.stdout + a.stderr + said
            if a.returncode == b.returncode == 0:
                break
        else:
            pytest.fail(f"still not done after {MOST} runs: {a.stderr}\n{said[-2000:]}")
    assert without_mails(trace(shared)) == without_mails(trace(candidate.sandbox))
