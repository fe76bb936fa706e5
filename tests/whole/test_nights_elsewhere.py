"""One night on two machines, and a night beside a candidate: one world, one commit, one workflow for each entry."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.bare_repository import commit, head
from tests.support.machines import other_machine, typed, with_own_login
from tests.support.nightly_projects import repository
from tests.support.paths import ROOT
from tests.support.whole_releases import completed, serving

NAMES = ["one", "two"]
DATE = f"{datetime.now(UTC):%Y%m%d}"
NIGHT = ("nightly.run", "--date", DATE)
SUBMITTED = " │ workflow image-release-"
HOLDER = f"another run is at work in kubeflow-releasing: ada@.*: release night-{DATE}, since "


@dataclass(frozen=True)
class Machines:
    """Ada's sandbox, which is the world as well; and Grace's machine, where nobody has logged in yet."""

    sandbox: Path
    grace: dict[str, str]
    entries: int

    def begun(self) -> AbstractContextManager[subprocess.Popen[str]]:
        """Ada's night, at work until its workflows `finish`; all of them are submitted."""
        slow = {**self.grace, "USER": "ada", "RELEASE_PROFILE": "", "RELEASE_SANDBOX_PACE": "600"}
        return self.waiting(slow, *NIGHT, "--sandbox", str(self.sandbox))

    @contextmanager
    def waiting(self, machine: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
        """A night on that machine once it waits for every workflow."""
        command = [sys.executable, str(ROOT / "tasks.py"), *words]
        out, err = subprocess.PIPE, subprocess.STDOUT
        with subprocess.Popen(command, env=machine, text=True, stdout=out, stderr=err) as run:
            try:
                assert run.stdout is not None
                said = ""
                while said.count(" │ $ wait_for_workflow.py ") < self.entries:
                    line = run.stdout.readline()
                    said += line
                    assert line, said
                yield run
            finally:
                run.kill()

    def workflows(self) -> list[Path]:
        return sorted((self.sandbox / "cluster" / "workflows").glob("image-release-*.json"))

    def finish(self) -> None:
        """Let every workflow end."""
        for path in self.workflows():
            path.write_text(json.dumps({**json.loads(path.read_text()), "seconds": 0.0}))

    def leave_lease(self) -> None:
        """Make the cluster's lock look as if its holder had been gone for long, and be short."""
        (path,) = (self.sandbox / "cluster" / "leases").glob("*.json")
        lease = json.loads(path.read_text())
        lease["spec"] |= {"renewTime": "2018-07-11T00:00:00.000000Z", "leaseDurationSeconds": 1}
        path.write_text(json.dumps(lease))

    def ended(self, state: Path) -> dict[str, Any]:
        """How the night ended as this machine says, without times; every entry is built by the one workflow."""
        kept = json.loads((state / "nights" / DATE / "outcomes.json").read_text())
        assert [entry["state"] for entry in kept["entries"]] == ["built"] * len(NAMES)
        assert sorted(entry["workflow"] for entry in kept["entries"]) == [
            path.stem for path in self.workflows()
        ]
        for entry in kept["entries"]:
            del entry["seconds"]
        return dict(kept)

    @property
    def state(self) -> Path:
        """Grace's state folder."""
        return Path(self.grace["HOME"]) / "state"


@contextmanager
def made(folder: Path, entries: int, *source: str) -> Iterator[Machines]:
    sandbox = folder / "ada"
    completed(sandbox, "nightly.plan", *source)
    with serving(sandbox):
        grace = with_own_login(other_machine(folder / "grace", sandbox, "nightly.plan"))
        it = Machines(sandbox, grace, entries)
        yield it
        # What still waits for a workflow of a killed run ends with it.
        it.finish()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with made(tmp_path, len(NAMES), "--source", str(repository(tmp_path / "source", NAMES))) as it:
        yield it


def test_who_comes_second_is_told_who_is_at_work_and_finds_everything_built_afterwards(
    machines: Machines,
) -> None:
    with machines.begun() as ada:
        second = typed(machines.grace, *NIGHT)
        assert second.returncode == 8, second.stdout
        assert re.search(HOLDER, second.stdout)
        machines.finish()
        ada.communicate()
    assert ada.returncode == 0
    again = typed(machines.grace, *NIGHT)
    assert again.returncode == 0, again.stdout
    assert again.stdout.count("already done: 1 image at v") == len(NAMES)
    assert machines.ended(machines.state) == machines.ended(machines.sandbox)


def test_a_candidate_does_not_build_beside_a_night_of_another_machine(tmp_path: Path) -> None:
    with made(tmp_path, 1) as machines, machines.begun() as ada:
        candidate = typed(machines.grace, "release.rc", "--version", "0.2.1", "--to", "build-tfserving")
        machines.finish()
        ada.communicate()
        assert ada.returncode == 0
        assert candidate.returncode == 8, candidate.stdout
        assert re.search(HOLDER, candidate.stdout)
        assert not [*(machines.sandbox / "cluster" / "workflows").glob("grace-*")]


def test_what_a_killed_machine_left_is_taken_over_and_waited_for(machines: Machines) -> None:
    with machines.begun() as ada:
        ada.send_signal(signal.SIGKILL)
        ada.communicate()
    early = typed(machines.grace, *NIGHT)
    assert early.returncode == 8, early.stdout
    assert "which takes the lock over 60 seconds after" in early.stdout
    machines.leave_lease()
    with machines.waiting(machines.grace, *NIGHT) as later:
        machines.finish()
        said, _ = later.communicate()
    assert later.returncode == 0, said
    machines.ended(machines.state)
    assert "already done" in completed(machines.sandbox, *NIGHT)
    assert machines.ended(machines.state) == machines.ended(machines.sandbox)


def test_the_commit_of_the_first_machine_is_that_of_the_second(machines: Machines) -> None:
    bare = machines.sandbox / "github" / "kubeflow" / "kubeflow.git"
    first = head(bare, "master")
    completed(machines.sandbox, "nightly.run", "--only", "one", "--date", DATE)
    later = commit(bare, "master", "a", "newer")
    # Nobody is logged in on this machine, so that it chooses a commit before it can see the cluster.
    second = typed(machines.grace, *NIGHT)
    assert second.returncode == 5, second.stdout
    both = f"from {first[:12]} elsewhere, but was started here with {later[:12]}"
    refused = f"the night of {DATE} is already built {both}"
    assert second.stdout.count(refused) >= len(NAMES)
    assert len(machines.workflows()) == 1
    told = f"other machines build this night from {first[:12]}; this machine now does the same"
    looked = typed(machines.grace, "nightly.status", "--date", DATE)
    assert told in looked.stdout
    third = typed(machines.grace, *NIGHT)
    assert third.returncode == 0, third.stdout
    assert told in third.stdout
    assert machines.ended(machines.state)["commit"] == first
    assert told not in typed(machines.grace, *NIGHT).stdout
