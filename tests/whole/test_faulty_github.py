"""Releases that meet a fault of GitHub at every kind of request end like those that meet none.

A candidate with one fault at each kind of request that a release makes; with --campaign another candidate, the vote,
the final and the update of the default branch, too, with every kind of fault. Each is asked for as often as it takes.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.support.finished import Finished
from tests.support.once import copied
from tests.support.whole_releases import VERSION, Trace, completed, git, invoke, trace

# Nothing was done; a server that says so; everything was done, and the answer lost. After that nobody asks again.
KINDS = ("drop", "502", "apply-then-drop")
PROPOSALS = (("POST", "/pulls$"), ("PUT", "/merge$"))
PUBLICATIONS = (("POST", "/releases$"), ("POST", "/assets$"), ("PATCH", "/releases/"))
# Every stage meets all kinds of faults at its changes, and at its reads one: the stages share the kinds.
OF_PULLS = ("/pulls$", r"/pulls/\d+$", "/status$", "/check-runs$", "/rules/")
OF_RELEASES = ("/releases$", "/git/ref/", "/releases/assets/")
MOST = 60
# Its kind, and which request meets it: the method, and what is found in the path.
Fault = tuple[str, str, str]


@dataclass(frozen=True)
class Stage:
    """A command, what it changes and reads on GitHub, and the fault that it meets when it reads."""

    words: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]
    reads: tuple[str, ...]
    kind: str

    def faults(self) -> list[Fault]:
        """One fault of each kind for each change, and one for each read."""
        faults = [(kind, method, path) for kind in KINDS for method, path in self.changes]
        return faults + [(self.kind, "GET", path) for path in self.reads]

    def sampled(self, seed: int) -> list[Fault]:
        """One fault for each change and each read; every kind of fault is among those of the changes."""
        dice = Random(seed)
        kinds = [*KINDS, *(dice.choice(KINDS) for _ in self.changes[len(KINDS) :])]
        dice.shuffle(kinds)
        changes = [(kind, *change) for kind, change in zip(kinds, self.changes, strict=True)]
        return changes + [(dice.choice(KINDS), "GET", path) for path in self.reads]


CANDIDATE = (PROPOSALS + PUBLICATIONS, (*OF_PULLS, *OF_RELEASES, "/commits$", "/issues$"))
NEXT = ("--candidate", "next", "--allow-move", f".*:v{VERSION}")
STAGES = (
    Stage(("release.rc",), *CANDIDATE, "drop"),
    Stage(("release.rc", *NEXT), *CANDIDATE, "502"),
    Stage(("vote", "--result", "passed", "--evidence", "https://example.org/thread"), (), (), "drop"),
    Stage(("release.final",), PUBLICATIONS, OF_RELEASES, "apply-then-drop"),
    Stage(("release.master",), PROPOSALS, OF_PULLS, "apply-then-drop"),
)


@pytest.mark.campaign
def test_a_fault_at_every_kind_of_request_ends_in_the_same_releases(
    seed: int, complete: bool, tmp_path: Path, candidate: Finished
) -> None:
    unharmed, sandbox = copied(candidate.sandbox, tmp_path / "unharmed"), tmp_path / "sandbox"
    completed(sandbox, "release.status", "--version", VERSION)
    for stage in STAGES if complete else STAGES[:1]:
        completed(unharmed, *stage.words, "--version", VERSION)
        brought_to_its_end(sandbox, stage, stage.faults() if complete else stage.sampled(seed))
        assert left(trace(sandbox)) == left(trace(unharmed)), stage
    assert contents(sandbox) == contents(unharmed)
    for name in (f"{VERSION}-rc.0", *((f"{VERSION}-rc.1", VERSION) if complete else ())):
        completed(sandbox, "release.verify", "--version", name)


def brought_to_its_end(sandbox: Path, stage: Stage, faults: list[Fault]) -> None:
    """Type the stage's command again and again, until every fault was met and it is done."""
    file, failed = sandbox / "github" / "faults.json", 0
    rows = [{"kind": kind, "method": method, "path": path} for kind, method, path in faults]
    file.write_text(json.dumps(rows))
    while (run := invoke(sandbox, *stage.words, "--version", VERSION)).returncode:
        failed += 1
        assert "Traceback" not in run.stdout + run.stderr
        assert failed < MOST, run.stdout + run.stderr
    assert failed >= len(stage.changes)
    assert json.loads(file.read_text()) == []


def test_the_first_stage_makes_every_kind_of_request_and_its_sample_has_a_fault_for_each() -> None:
    [first, *later] = STAGES
    requests = {*first.changes, *(("GET", path) for path in first.reads)}
    assert all({*stage.changes} | {("GET", path) for path in stage.reads} <= requests for stage in later)
    for seed in range(50):
        faults = first.sampled(seed)
        assert sorted((method, path) for _, method, path in faults) == sorted(requests)
        assert {kind for kind, method, _ in faults if method != "GET"} == {*KINDS}


def test_the_same_seed_gives_the_same_faults_and_others_differ() -> None:
    samples = [STAGES[0].sampled(seed) for seed in range(50)]
    assert samples == [STAGES[0].sampled(seed) for seed in range(50)]
    assert len({*map(tuple, samples)}) > 40


def left(it: Trace) -> Trace:
    """What two sandboxes have in common: the second build is named after a commit that each made at its own time."""
    return Trace(
        {name: ("", tuple(sorted(map(plain, subjects)))) for name, (_, subjects) in it.branches.items()},
        {plain(name): (kind, "") for name, (kind, _) in it.tags.items()},
        {plain(f"{name} #{number}"): "" for number, name in numbered(it.images)},
        tuple(sorted((plain(title), base, merged) for title, base, merged in it.pull_requests)),
        it.releases,
        {name: plain(text) for name, text in it.mails.items()},
    )


def numbered(images: dict[str, str]) -> list[tuple[int, str]]:
    """Each NAME:TAG with how many tags of the image come before it: as many builds in both sandboxes."""
    seen: dict[str, int] = {}
    rows = []
    for name in sorted(images):
        seen[plain(name)] = seen.get(plain(name), 0) + 1
        rows.append((seen[plain(name)], name))
    return rows


def contents(sandbox: Path) -> dict[str, list[str]]:
    """The lines of all files of each branch, without names of builds."""
    repository = sandbox / "github" / "kubeflow" / "kubeflow.git"
    branches = git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()
    return {branch: sorted(map(plain, lines(repository, branch))) for branch in branches}


def lines(repository: Path, branch: str) -> list[str]:
    """Every line of every text file of a branch, with the file's name; some are not UTF-8."""
    found = subprocess.run(
        ["git", "-C", str(repository), "grep", "-I", "", branch], capture_output=True, check=True
    )
    return found.stdout.decode(errors="surrogateescape").splitlines()


def plain(text: str) -> str:
    """`text` without names of builds, digests and the times of builds."""
    text = re.sub(r"v\d{8}-[0-9a-f]{8}|sha256:[0-9a-f]{64}|\d{4}-\d\d-\d\d[T ][\d:.+-]+", "…", text)
    return re.sub(r"\b(year|month|day|hour|minute|second|microsecond): \d+", r"\1: …", text)
