"""Whole nights as an operator runs them: thirty workflows, failures, a kill in the middle, two at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.nightly_projects import repository
from tests.support.paths import ROOT
from tests.support.whole_releases import completed, invoke

NAMES = [f"image-{number:02}" for number in range(30)]
BROKEN = {"image-07", "image-23"}


def outcomes(sandbox: Path) -> dict[str, dict[str, Any]]:
    (kept,) = sandbox.glob("nights/*/outcomes.json")
    return {entry["name"]: entry for entry in json.loads(kept.read_text())["entries"]}


def submitted(sandbox: Path) -> list[str]:
    return sorted(path.stem for path in (sandbox / "cluster" / "workflows").glob("*.json"))


def of(name: str, sandbox: Path) -> list[str]:
    return [each for each in submitted(sandbox) if each.startswith(f"image-release-{name}-")]


def started(sandbox: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "tasks.py"), "nightly.run", "--sandbox", str(sandbox), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/")


def killed_after(run: subprocess.Popen[str], mark: str) -> str:
    """What a run printed until it was killed, as kill -9 does, at the first line with `mark`."""
    assert run.stdout is not None
    said = ""
    for line in run.stdout:
        said += line
        if mark in line:
            break
    run.send_signal(signal.SIGKILL)
    run.communicate()
    return said


def test_thirty_workflows_with_failures_a_kill_in_the_middle_and_others_at_once(tmp_path: Path) -> None:
    source, sandbox = repository(tmp_path / "source", NAMES), tmp_path / "sandbox"
    planned = completed(sandbox, "nightly.plan", "--source", str(source))
    assert planned.count(" ks apply ") == len(NAMES)
    assert not [*sandbox.glob("nights/*/journal.jsonl")]
    for name in BROKEN:
        # A task of that name fails in the rehearsal's cluster.
        (sandbox / "cluster" / "fail").mkdir(parents=True, exist_ok=True)
        (sandbox / "cluster" / "fail" / name).touch()

    with started(sandbox) as run:
        said = killed_after(run, f"{'image-04':<22}✓")
    begun = submitted(sandbox)
    assert "image-29" not in said
    assert 0 < len(begun) < len(NAMES)

    with started(sandbox) as first:
        assert first.stdout is not None
        for line in first.stdout:
            if " │ $ git clone" in line:
                break
        others = [
            invoke(sandbox, "nightly.run"),
            invoke(sandbox, "release.rc", "--version", "0.2.1"),
        ]
        first.communicate()
    assert first.returncode == 5
    assert [other.returncode for other in others] == [8, 8]
    assert all(f"another run is at work: process {first.pid} of " in other.stderr for other in others)

    ended = outcomes(sandbox)
    assert {name for name, entry in ended.items() if entry["state"] == "failed"} == BROKEN
    assert all(entry["state"] == "built" for name, entry in ended.items() if name not in BROKEN)
    assert "failed with exit code 1" in ended["image-07"]["cause"]
    # What the killed run submitted was found again; only a workflow that failed gets a successor.
    assert [len(of(name, sandbox)) for name in NAMES if name not in BROKEN] == [1] * 28
    assert set(begun) < set(submitted(sandbox))
    failed = {name: of(name, sandbox) for name in BROKEN}

    for name in BROKEN:
        (sandbox / "cluster" / "fail" / name).unlink()
    answer = json.loads(completed(sandbox, "nightly.run", "--json"))
    digests = {each for entry in answer["entries"] for each in entry["images"].values()}
    assert len(digests) == len(NAMES)
    assert all(digest.startswith("sha256:") for digest in digests)
    assert all(len(of(name, sandbox)) == len(before) + 1 for name, before in failed.items())
    assert [len(of(name, sandbox)) for name in NAMES if name not in BROKEN] == [1] * 28
    assert answer["tag"] == f"v{answer['date']}-{answer['commit'][:8]}"
