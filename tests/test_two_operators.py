"""Two people release the same candidate at once, each on a machine of their own: one world, one of everything.

Who comes second at a branch, a pull request or a tag is told who was first, or finds it done.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.machines import other_machine
from tests.support.whole_releases import ROOT, VERSION, Trace, completed, invoke, serving, trace

MOST = 10
AT_ONCE = ("release.rc", "--version", VERSION)


def without_mails(it: Trace) -> Trace:
    """Each operator has an outbox of their own."""
    return replace(it, mails={})


def test_two_operators_at_once_make_one_release(tmp_path: Path) -> None:
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    completed(alone, *AT_ONCE)
    completed(shared, "release.plan", "--version", VERSION)
    with serving(shared):
        other = other_machine(tmp_path / "b", shared)
        words = [sys.executable, str(ROOT / "tasks.py"), *AT_ONCE]
        for _ in range(MOST):
            with subprocess.Popen(
                words, env=other, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as b:
                a = invoke(shared, *AT_ONCE)
                said, _ = b.communicate()
            print(a.stdout, a.stderr, said, sep="\n----\n")
            assert "Traceback" not in a.stdout + a.stderr + said
            if a.returncode == b.returncode == 0:
                break
        else:
            pytest.fail(f"still not done after {MOST} runs: {a.stderr}\n{said[-2000:]}")
    assert without_mails(trace(shared)) == without_mails(trace(alone))
