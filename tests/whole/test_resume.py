"""A release that is killed again and again ends like one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.finished import Finished
from tests.support.kill_sample import LOGIN, WAITING, only, sampled
from tests.support.killing import SAMPLE, keep, killed_until_done, spared, wrap_programs
from tests.support.once import copied
from tests.support.whole_releases import VERSION, completed, trace


@pytest.mark.campaign
def test_a_kill_at_every_kind_of_command_ends_in_the_same_release(
    moment: str, seed: int, tmp_path: Path, candidate: Finished
) -> None:
    """At every single command in turn, before it and after it, when the campaign is complete."""
    sandbox = tmp_path / "sandbox"
    completed(sandbox, "release.plan", "--version", VERSION)
    wrap_programs(sandbox)
    keep(sandbox, sampled(candidate.commands, seed))
    kills, run = killed_until_done(sandbox, moment, "release.rc", "--version", VERSION)
    assert run.returncode == 0, run.stdout + run.stderr
    assert kills > (30 if moment == SAMPLE else 50)
    assert spared(sandbox, candidate.commands) <= {*LOGIN, *WAITING}
    assert trace(sandbox) == trace(candidate.sandbox)


@pytest.mark.campaign
@pytest.mark.parametrize("kind", LOGIN)
def test_a_login_killed_at_one_of_its_commands_is_finished_by_the_next_run(
    kind: str, seed: int, tmp_path: Path, candidate: Finished
) -> None:
    sandbox = tmp_path / "sandbox"
    completed(sandbox, "release.plan", "--version", VERSION)
    wrap_programs(sandbox)
    [(_, when)] = sampled({kind: 1}, seed)[kind].items()
    keep(sandbox, only(kind, when))
    kills, run = killed_until_done(sandbox, SAMPLE, "auth", "--version", VERSION)
    assert run.returncode == 0, run.stdout + run.stderr
    assert kills == 1
    assert kind not in spared(sandbox, [kind])
    assert (sandbox / "kubeconfig").read_text() == (candidate.sandbox / "kubeconfig").read_text()


def test_a_second_run_touches_nothing_and_says_what_it_found(candidate: Finished, tmp_path: Path) -> None:
    sandbox = copied(candidate.sandbox, tmp_path / "sandbox")
    before = trace(sandbox)
    said = completed(sandbox, "release.rc", "--version", VERSION)
    assert said.count("already done: ") == 21
    assert " │ $ " not in said
    assert trace(sandbox) == before


def test_what_a_release_keeps_on_this_machine_is_for_its_owner_alone(candidate: Finished) -> None:
    """Clones are as git makes them, below a folder that nobody else enters."""
    state = candidate.sandbox
    kept = [*state.glob("releases/*/*"), *state.glob("outbox/*"), *state.glob("notes/*"), *state.glob("lock")]
    files = [path for path in kept if path.is_file()]
    assert {"journal.jsonl", "commands.log", "lock", f"v{VERSION}-rc.0.eml"} <= {path.name for path in files}
    assert [path for path in files if path.stat().st_mode & 0o077] == []
    assert state.stat().st_mode & 0o777 == 0o700
