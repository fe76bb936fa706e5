"""Running recipes, with tiny steps whose world is a folder."""

from __future__ import annotations

import _thread
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Event

import pytest

from releasing.errors import CommandError, LockedError, PreconditionError, UnmetError
from releasing.release import Release
from releasing.runbook.context import ReleaseContext
from releasing.runbook.journal import Journal
from releasing.runbook.runner import Run
from releasing.runbook.step import Finding, Step, step, unmet
from releasing.runbook.step_shell import StepShell
from tests.support.tiny_recipes import (
    CHAIN,
    PATIENCE,
    events,
    file,
    lines,
    locked,
    order,
    recipe,
    run,
    touching,
    world_in,
)


@pytest.fixture
def world(tmp_path: Path) -> ReleaseContext:
    return world_in(tmp_path)


def test_steps_run_in_the_order_of_their_needs_and_are_recorded(world: ReleaseContext) -> None:
    run(world, CHAIN)
    assert order(world) == ["a", "b", "c"]
    assert events(world) == [("done", "a"), ("done", "b"), ("done", "c")]
    assert lines(world)[1].startswith(f"{'a':<22}✓ a is there (")


def test_the_same_command_again_changes_nothing(world: ReleaseContext) -> None:
    run(world, CHAIN)
    journal = world.journal.path.read_text()
    lines(world).clear()
    run(replace(world, journal=Journal(world.journal.path)), CHAIN)
    assert (order(world), world.journal.path.read_text()) == (["a", "b", "c"], journal)
    assert lines(world) == [f"{name:<22}= already done: {name} is there" for name in "abc"]


def test_steps_that_do_not_need_each_other_overlap(world: ReleaseContext) -> None:
    first, second = Event(), Event()

    def meet(mine: Event, other: Event) -> Callable[[], None]:
        def handshake() -> None:
            mine.set()
            assert other.wait(PATIENCE)

        return handshake

    steps = (touching("a", before=meet(first, second)), touching("b", before=meet(second, first)))
    run(world, recipe(*steps, touching("c", "a", "b")))
    assert order(world)[-1] == "c"


def test_a_step_starts_when_its_own_needs_are_done_and_not_later(world: ReleaseContext) -> None:
    finished = Event()

    def wait_for_the_other() -> None:
        assert finished.wait(PATIENCE)

    slow = touching("slow", before=wait_for_the_other)
    run(world, recipe(slow, touching("a"), touching("quick", "a", before=finished.set)))
    assert order(world)[0] == "a"
    assert sorted(order(world)) == ["a", "quick", "slow"]


def fail() -> None:
    raise CommandError("git push\n  failed with exit code 1")


def test_an_error_lets_what_runs_finish_and_starts_nothing_more(world: ReleaseContext) -> None:
    failed, recorded, started = Event(), Event(), Event()

    def wait_for_the_failure() -> None:
        assert failed.wait(PATIENCE)

    def show(line: str) -> None:
        lines(world).append(line)
        failed.set() if "✗" in line else None
        recorded.set() if "✓" in line else None

    def stay_longer() -> None:
        assert recorded.wait(PATIENCE)
        assert not started.wait(0.2)

    steps = (touching("good", before=wait_for_the_failure), touching("slow", before=stay_longer))
    after = touching("next", "good", before=started.set)
    with pytest.raises(CommandError, match="git push"):
        run(
            replace(world, show=show),
            recipe(*steps, touching("bad", before=fail), after, touching("c", "bad")),
        )
    assert events(world) == [("done", "good"), ("done", "slow")]
    assert f"{'bad':<22}✗ git push" in lines(world)


def test_the_same_command_finishes_what_an_error_left(world: ReleaseContext) -> None:
    with pytest.raises(CommandError):
        run(world, recipe(touching("a"), touching("b", "a", before=fail), touching("c", "b")))
    run(world, CHAIN)
    assert order(world) == ["a", "b", "c"]


def test_what_somebody_did_by_hand_is_adopted_and_said(world: ReleaseContext) -> None:
    file(world, "a").touch()
    run(world, CHAIN)
    assert order(world) == ["b", "c"]
    assert events(world)[0] == ("adopted", "a")


def test_a_later_step_done_by_hand_is_looked_at_when_its_turn_comes(world: ReleaseContext) -> None:
    file(world, "c").touch()
    run(world, CHAIN)
    assert order(world) == ["a", "b"]
    assert events(world) == [("done", "a"), ("done", "b"), ("adopted", "c")]


def test_what_was_undone_stops_the_run_and_asks(world: ReleaseContext) -> None:
    run(world, CHAIN)
    file(world, "b").unlink()
    recorded = events(world)
    for _ in range(2):
        with pytest.raises(
            PreconditionError, match=r"b was done by \S+@\S+ at 20\S+Z, but now: there is no b"
        ) as caught:
            run(world, CHAIN)
        assert "scripts/invoke b --redo" in caught.value.hint
    assert (order(world), events(world)) == (["a", "b", "c"], recorded)


def test_redo_does_again_what_is_done_or_was_undone(world: ReleaseContext) -> None:
    run(world, CHAIN)
    file(world, "b").unlink()
    run(world, CHAIN, "b", "b", redo=True)
    run(world, CHAIN, "b", "b", redo=True)
    assert order(world) == ["a", "b", "c", "b", "b"]
    assert events(world)[3:] == [("redo", "b"), ("done", "b")] * 2


def test_a_failed_redo_can_be_tried_again_without_asking(world: ReleaseContext) -> None:
    run(world, CHAIN)
    file(world, "b").unlink()
    broken = recipe(touching("a"), touching("b", "a", before=fail), touching("c", "b"))
    with pytest.raises(CommandError):
        run(world, broken, "b", "b", redo=True)
    run(world, CHAIN)
    assert order(world) == ["a", "b", "c", "b"]


def test_a_step_that_ran_without_effect_is_unmet_and_not_recorded(world: ReleaseContext) -> None:
    idle = Step(lambda _release, _sh: None)
    idle.action.__name__ = "idle"
    idle.verified_by(lambda _release, _sh: unmet("nothing happened"))
    with pytest.raises(UnmetError, match="idle ran, but nothing happened"):
        run(world, recipe(idle))
    assert events(world) == []


def checked(world: ReleaseContext, *, irreversible: bool = False) -> Step:
    """A step whose checks run again while there is a file `runs`; the wait ends when it has removed that."""
    made = touching("a")
    made.irreversible = irreversible
    done, runs = made.verify, file(world, "runs")

    @made.verified_by
    def there(release: Release, sh: StepShell) -> Finding:
        found = done(release, sh)
        if found.holds and runs.exists():
            return Finding(False, "its check runs", wait=sh["rm"][str(runs)], hint="wait for it")
        return found

    return made


@pytest.mark.parametrize("irreversible", [False, True])
def test_what_was_done_and_is_checked_again_is_waited_for_and_not_done_again(
    world: ReleaseContext, irreversible: bool
) -> None:
    whole = recipe(checked(world, irreversible=irreversible), touching("b", "a"))
    run(world, whole)
    file(world, "runs").touch()
    run(world, whole)
    assert not file(world, "runs").exists()
    assert order(world) == ["a", "b"]
    assert events(world) == [("done", "a"), ("done", "b")]


def test_what_somebody_else_did_for_good_is_waited_for_and_adopted(world: ReleaseContext) -> None:
    for name in ("a", "runs"):
        file(world, name).parent.mkdir(parents=True, exist_ok=True)
        file(world, name).touch()
    run(world, recipe(checked(world, irreversible=True)))
    assert (order(world), events(world)) == ([], [("adopted", "a")])


def test_a_check_that_failed_again_is_told_with_its_own_hint(world: ReleaseContext) -> None:
    step = touching("a")
    run(world, recipe(step))
    step.verified_by(lambda _release, _sh: Finding(False, "its check failed", hint="run it again"))
    with pytest.raises(PreconditionError, match=r"a was done by .*, but now: its check failed") as caught:
        run(world, recipe(step))
    assert caught.value.hint == "run it again"


def test_what_may_lapse_is_done_again_only_while_something_needs_it(world: ReleaseContext) -> None:
    login = touching("login", gate=True)
    run(world, recipe(login))
    file(world, "login").unlink()
    run(world, recipe(login, touching("b", "login")))
    assert order(world) == ["login", "login", "b"]
    file(world, "login").unlink()
    run(world, recipe(login, touching("b", "login")))
    assert order(world) == ["login", "login", "b"]
    assert lines(world)[-2].endswith("= already done: no longer needed: every step that needs it is done")


def test_a_part_runs_only_its_steps(world: ReleaseContext) -> None:
    run(world, CHAIN, "", "b")
    assert order(world) == ["a", "b"]
    run(world, CHAIN, "c", "c")
    assert order(world) == ["a", "b", "c"]


def test_a_part_needs_what_comes_before_it_and_names_all_of_it(world: ReleaseContext) -> None:
    whole = recipe(touching("a"), touching("b"), touching("c", "a", "b"))
    with pytest.raises(
        PreconditionError, match=r"not done:\n  a: there is no a\n  b: there is no b"
    ) as caught:
        run(world, whole, "c", "c")
    assert caught.value.hint == "do them first: scripts/invoke release.rc --version 0.2.1"
    assert order(world) == []


def test_a_part_that_is_refused_records_nothing_of_what_was_found(world: ReleaseContext) -> None:
    whole = recipe(touching("a"), touching("b"), touching("c", "a"))
    file(world, "b").touch()
    with pytest.raises(PreconditionError):
        run(world, whole, "b", "c")
    assert events(world) == []


def test_a_part_that_is_done_does_not_ask_for_what_comes_before(world: ReleaseContext) -> None:
    file(world, "c").touch()
    run(world, CHAIN, "c", "c")
    assert events(world) == [("adopted", "c")]


def test_an_interrupt_ends_the_programs_and_reaches_the_caller(world: ReleaseContext) -> None:
    fifo = file(world, "fifo")
    os.mkfifo(fifo)

    def interrupt() -> None:
        assert fifo.read_text() == "up\n"
        _thread.interrupt_main()

    @step()
    def sleep(release: Release, sh: StepShell) -> None:
        """Sleep."""
        sh.run(sh["sh"]["-c", 'echo up >"$1"; exec sleep 60', "sh", str(fifo)])

    sleep.verified_by(lambda _release, _sh: unmet("awake"))
    with pytest.raises(KeyboardInterrupt):
        run(world, recipe(sleep, touching("a", before=interrupt), touching("b", "sleep")))
    assert "sleep" not in {name for _, name in events(world)}
    with pytest.raises(KeyboardInterrupt):
        world.shell.read(world.shell["true"])


def test_the_lock_of_the_cluster_is_held_while_an_exclusive_step_acts(world: ReleaseContext) -> None:
    step = touching("a")
    step.exclusive = True
    run(locked(world)[0], recipe(step, touching("b", "a")))
    shown = [line for line in lines(world) if "│" not in line]
    assert [line.split()[0] for line in shown] == ["held", "free", "a", "b"]


def test_nothing_is_begun_when_the_lock_was_lost(world: ReleaseContext) -> None:
    inside, lease = locked(world)

    def lose() -> None:
        lease.problem = "the lock was lost"

    step = touching("a", before=lose)
    step.exclusive = True
    with pytest.raises(LockedError, match="the lock was lost"):
        run(inside, recipe(step, touching("b")))
    assert "a" not in order(world)


def test_no_step_is_started_while_the_lock_is_lost(world: ReleaseContext) -> None:
    inside, lease = locked(world)

    def lose() -> None:
        lease.problem = "the lock was lost"

    with pytest.raises(LockedError, match="the lock was lost"):
        run(inside, recipe(touching("a", before=lose), touching("b", "a")))
    assert order(world) == ["a"]


def failing(name: str, *needs: str) -> Step:
    """A step that never gets done."""

    def stop() -> None:
        raise PreconditionError(f"{name} cannot")

    return touching(name, *needs, before=stop)


def test_a_failure_leaves_the_others_alone_when_the_run_is_to_keep_going(world: ReleaseContext) -> None:
    whole = recipe(touching("a"), failing("b", "a"), touching("c", "b"), touching("d", "a"))
    work = Run(world, whole, whole.steps, keep_going=True)
    work()
    assert sorted(order(world)) == ["a", "d"]
    assert {name: str(error) for name, error in work.failed.items()} == {"b": "b cannot"}


def test_a_run_has_no_more_steps_at_work_than_it_may(world: ReleaseContext) -> None:
    at_work, most = set[str](), Queue[int]()

    def named(name: str) -> Step:
        def enter() -> None:
            at_work.add(name)
            most.put(len(at_work))

        step = touching(name, before=enter)
        action = step.action

        def act(release: Release, sh: StepShell) -> None:
            action(release, sh)
            at_work.remove(name)

        act.__name__, act.__doc__ = name, "One of many."
        step.action = act
        return step

    whole = recipe(*(named(f"s{number}") for number in range(6)))
    Run(world, whole, whole.steps, at_once=2)()
    assert max(most.get() for _ in whole) <= 2
