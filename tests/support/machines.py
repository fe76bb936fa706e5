"""A second machine: an operator with a home and a state folder of their own, for whom a sandbox's world is real."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.whole_releases import VERSION, completed

PLAN = ("release.plan", "--version", VERSION)


def environment_of(sandbox: Path, *plan: str) -> dict[str, str]:
    """What a terminal needs to act on the world of a sandbox: the first lines of a plan."""
    said = completed(sandbox, *(plan or PLAN))
    lines = [shlex.split(line) for line in said.splitlines() if line.startswith("export ")]
    return dict(word.split("=", 1) for _, word in lines)


def other_machine(folder: Path, sandbox: Path, *plan: str) -> dict[str, str]:
    """The environment of that operator; `plan` is one that can be made in the sandbox, a release's by default."""
    config = (ROOT / "release.yaml").read_text()
    profile = f"  other:\n    production: true\n    state: {folder / 'state'}\n    account: b@example.org\n"
    folder.mkdir()
    (folder / "release.yaml").write_text(f"{config}\n{profile}")
    known = environment_of(sandbox, *plan)
    for number in range(int(known["GIT_CONFIG_COUNT"])):
        # A production run takes no GIT_* variables, so this operator's git is set up in their home.
        setting = (known[f"GIT_CONFIG_KEY_{number}"], known[f"GIT_CONFIG_VALUE_{number}"])
        subprocess.run(["git", "config", "--file", str(folder / ".gitconfig"), *setting], check=True)
    for setting in (("user.name", "Grace"), ("user.email", "grace@example.org")):
        subprocess.run(["git", "config", "--file", str(folder / ".gitconfig"), *setting], check=True)
    mine = {"RELEASE_CONFIG": str(folder / "release.yaml"), "RELEASE_PROFILE": "other", "HOME": str(folder)}
    return {**os.environ, **known, **mine, "USER": "grace"}


def with_own_login(machine: dict[str, str]) -> dict[str, str]:
    """The same machine, where nobody has logged in to the cluster yet."""
    home = Path(machine["HOME"])
    return {**machine, "CLOUDSDK_CONFIG": str(home / "gcloud"), "KUBECONFIG": str(home / "kubeconfig")}


def typed(machine: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a task on that machine; gives what it printed, on both streams, and its exit code."""
    command = [sys.executable, str(ROOT / "tasks.py"), *words]
    return subprocess.run(
        command,
        env=machine,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
    )
