"""Two people release the same candidate at once, each on a machine of their own: one world, one of everything.

Who comes second at a branch, a pull request or a tag is told who was first, or finds it done.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.whole_releases import ROOT, VERSION, Trace, completed, invoke, serving, trace

MOST = 10
AT_ONCE = ("release.rc", "--version", VERSION)


def environment_of(sandbox: Path) -> dict[str, str]:
    """What a terminal needs to act on the world of a sandbox: the first lines of a plan."""
    plan = completed(sandbox, "release.plan", "--version", VERSION)
    lines = [shlex.split(line) for line in plan.splitlines() if line.startswith("export ")]
    return dict(word.split("=", 1) for _, word in lines)


def other_machine(folder: Path, sandbox: Path) -> dict[str, str]:
    """The environment of an operator with a home and a state folder of their own, for whom that world is real."""
    config = (ROOT / "release.yaml").read_text()
    profile = f"  other:\n    production: true\n    state: {folder / 'state'}\n    account: b@example.org\n"
    folder.mkdir()
    (folder / "release.yaml").write_text(f"{config}\n{profile}")
    known = environment_of(sandbox)
    for number in range(int(known["GIT_CONFIG_COUNT"])):
        # A production run takes no GIT_* variables, so this operator's git is set up in their home.
        setting = (known[f"GIT_CONFIG_KEY_{number}"], known[f"GIT_CONFIG_VALUE_{number}"])
        subprocess.run(["git", "config", "--file", str(folder / ".gitconfig"), *setting], check=True)
    for setting in (("user.name", "Grace"), ("user.email", "grace@example.org")):
        subprocess.run(["git", "config", "--file", str(folder / ".gitconfig"), *setting], check=True)
    mine = {"RELEASE_CONFIG": str(folder / "release.yaml"), "RELEASE_PROFILE": "other", "HOME": str(folder)}
    return {**os.environ, **known, **mine, "USER": "grace"}


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
