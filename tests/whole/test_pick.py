"""The command `pick`, and what `release.status` says of the branching policy, as an operator types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.histories import Workplace
from tests.support.paths import ROOT
from tests.support.whole_releases import VERSION, completed, git, invoke, trace

ASKED = ("--version", VERSION)


def test_what_is_picked_and_what_has_no_reason_is_told(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox"
    completed(sandbox, "auth", *ASKED)
    completed(sandbox, "cut-branch", *ASKED)
    repository = sandbox / "github" / "kubeflow" / "kubeflow.git"
    people = Workplace.of(repository, tmp_path / "people")
    wanted = people.write("master", "fix.txt", "fixed\n", "Fix it")
    stray = people.write("v0.2-branch", "hack.txt", "hacked\n", "Hack it")
    said = completed(sandbox, "pick", *ASKED, "--commits", wanted[:8])
    assert f"cherry-pick -x --keep-redundant-commits {wanted}" in said
    (pull,) = trace(sandbox).pull_requests
    assert pull == ("Pick onto v0.2-branch: Fix it", "v0.2-branch", False)
    before = trace(sandbox)
    again = completed(sandbox, "pick", *ASKED, "--commits", wanted[:8])
    assert "v0.2-branch gets these commits by #" in again
    assert trace(sandbox) == before
    status = completed(sandbox, "release.status", *ASKED).splitlines()
    policy = [line for line in status if line.startswith("branching policy")]
    assert "1 commit of v0.2-branch is neither on master nor marked" in policy[0]
    assert f"{stray[:12]} Hack it (Grace, " in policy[1]
    assert git(repository, "rev-parse", "v0.2-branch") == stray


def test_a_pick_that_cannot_be_is_a_message_and_a_code(tmp_path: Path) -> None:
    for words, code in (((), 2), (("--commits", "nothing"), 2), (("--commits", "0123456789"), 4)):
        run = invoke(tmp_path / "sandbox", "pick", *ASKED, *words)
        assert run.returncode == code, run.stdout + run.stderr
        assert "hint: " in run.stderr
        assert "Traceback" not in run.stderr


@pytest.mark.parametrize("words", [("--help", "pick"), ("pick", "--help")])
def test_the_options_of_a_command_are_shown(words: tuple[str, str]) -> None:
    shown = subprocess.run(
        [sys.executable, ROOT / "tasks.py", *words], capture_output=True, text=True, check=True
    )
    assert "--commits=STRING" in shown.stdout
