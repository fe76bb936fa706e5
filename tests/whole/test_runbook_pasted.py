"""RUNBOOK.md is a way to release by hand: its commands, pasted from an empty folder, make the release."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from releasing.gates import vote
from tests.support.finished import Finished
from tests.support.paths import ROOT, SCRIPTS
from tests.support.whole_releases import VERSION, completed, serving, trace

TITLE = re.compile(r"^## ", re.MULTILINE)


def commands(part: str) -> str:
    """The commands of a part of the page, as somebody pastes them."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", part, flags=re.MULTILINE | re.DOTALL))


def variables_of(head: str) -> str:
    """The first block of the page: what a terminal that is opened later needs as well."""
    return commands(head).partition("mkdir ")[0]


def typed(folder: Path, script: str, environment: dict[str, str]) -> str:
    """What a shell printed that runs `script`; it must not fail."""
    ended = subprocess.run(
        ["bash", "-eu"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def environment(sandbox: Path) -> dict[str, str]:
    """What `rehearsal.serve` says that a terminal needs."""
    plan = completed(sandbox, "release.plan", "--version", VERSION)
    exports = "\n".join(line for line in plan.splitlines() if line.startswith("export "))
    shown = typed(sandbox.parent, f"{exports}\nenv -0", {**os.environ})
    named = dict(line.split("=", 1) for line in shown.split("\0") if line)
    path = os.pathsep.join([named["PATH"], str(SCRIPTS), str(Path(sys.executable).parent)])
    return {**named, "USER": "ada", "PATH": path}


def test_the_page_pasted_from_an_empty_folder_makes_the_release(tmp_path: Path, candidate: Finished) -> None:
    sandbox, folder = tmp_path / "sandbox", tmp_path / "empty"
    folder.mkdir()
    head, rc, final, *_ = TITLE.split((ROOT / "RUNBOOK.md").read_text())
    head = head.replace("YOU@example.org", "release-team@kubeflow.org")
    variables = environment(sandbox)
    with serving(sandbox):
        # A sandbox's gcloud has a configuration of its own, which nobody made yet.
        typed(folder, "gcloud config configurations create release-rehearsal --no-activate", variables)
        typed(folder, commands(head) + commands(rc), variables)
        state = folder / ".release" / "kubeflow"
        tagged = typed(
            folder, f"git -C {state}/checkout rev-parse 'v{VERSION}-rc.0^{{commit}}'", variables
        ).strip()
        manifest = json.loads((state / "releases" / f"v{VERSION}-rc.0" / "release-manifest.json").read_text())
        digests = {
            each["name"]: each["digest"] for each in manifest["images"] if each["tag"] == f"v{VERSION}"
        }
        file = state / "votes" / f"v{VERSION}-rc.0.json"
        file.parent.mkdir()
        vote.record(file, f"v{VERSION}-rc.0", "passed", "https://example.org/1", tagged, digests)
        typed(
            folder,
            variables_of(head) + "build_tfserving_workflow=a build_jupyter_workflow=b\n" + commands(final),
            variables,
        )
    made, wanted = trace(sandbox), trace(candidate.sandbox)
    assert (made.branches, made.images, made.pull_requests) == (
        wanted.branches,
        wanted.images,
        wanted.pull_requests,
    )
    assert {*made.tags} == {*wanted.tags, f"v{VERSION}"}
    completed(sandbox, "release.verify", "--version", VERSION)
