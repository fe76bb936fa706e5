"""Looking at recipes, with tiny steps whose world is a folder: what is done, and what a run would do."""

from __future__ import annotations

from pathlib import Path
from queue import Queue
from threading import Event

import pytest

from releasing.release import Release
from releasing.runbook.context import ReleaseContext
from releasing.runbook.status import OPENING, findings_of, show_plan, show_status
from releasing.runbook.step import Finding, Step, met, unmet
from releasing.runbook.step_shell import StepShell
from tests.support.tiny_recipes import CHAIN, PATIENCE, file, lines, locked, order, recipe, touching, world_in


@pytest.fixture
def world(tmp_path: Path) -> ReleaseContext:
    return world_in(tmp_path)


def test_what_may_lapse_is_asked_only_while_something_after_it_is_left(world: ReleaseContext) -> None:
    asked: list[str] = []

    def gate(name: str, *needs: str) -> Step:
        made = Step(lambda _release, _sh: None, needs, gate=True)
        made.action.__name__ = name

        @made.verified_by
        def lapsed(release: Release, sh: StepShell) -> Finding:
            asked.append(name)
            return unmet(f"{name} lapsed")

        return made

    whole = recipe(gate("first"), gate("second", "first"), touching("a", "second"))
    assert [*findings_of(world, whole, whole).values()] == [
        unmet("first lapsed"),
        unmet("second lapsed"),
        unmet("there is no a"),
    ]
    assert sorted(asked) == ["first", "second"]
    file(world, "a").parent.mkdir(parents=True, exist_ok=True)
    file(world, "a").touch()
    asked.clear()
    texts = [finding.text for finding in findings_of(world, whole, whole).values()]
    assert texts == ["no longer needed: every step that needs it is done"] * 2 + ["a is there"]
    assert asked == []
    late = recipe(*whole, gate("last", "a"))
    assert [finding.holds for finding in findings_of(world, late, late).values()] == [
        False,
        False,
        True,
        False,
    ]


def test_a_plan_waits_for_what_stands_and_is_checked_again(world: ReleaseContext) -> None:
    tag = touching("tag")
    tag.irreversible = True
    wait = world.shell["wait_for_checks.py"]["COMMIT"]
    tag.verified_by(lambda _release, _sh: Finding(False, "postsubmit: pending", wait=wait))
    show_plan(world, recipe(tag), ())
    assert lines(world)[-4:] == ["# to do: postsubmit: pending", OPENING, "wait_for_checks.py COMMIT", ")"]
    tag.irreversible = False
    show_plan(world, recipe(tag), ())
    assert "touch" in lines(world)[-2]


def test_a_survey_looks_side_by_side_and_reads_each_thing_once(world: ReleaseContext) -> None:
    arrived: Queue[str] = Queue()
    go = Event()

    def looking(name: str) -> Step:
        made = touching(name)

        @made.verified_by
        def look(release: Release, sh: StepShell) -> Finding:
            arrived.put(name)
            if arrived.qsize() == 2:
                go.set()
            assert go.wait(PATIENCE)
            count = sh["sh"]["-c", "echo x >>reads"].within(str(release.state))
            return met(sh.read(count))

        return made

    findings_of(world.looking(), recipe(), [looking("a"), looking("b")])
    assert file(world, "reads").read_text() == "x\n"


def test_a_plan_changes_nothing_and_pastes_into_the_same_world(world: ReleaseContext) -> None:
    file(world, "a").touch()
    show_plan(world, CHAIN, [f"export WHERE={world.release.state}"])
    assert [path.name for path in world.release.state.iterdir()] == ["a"]
    shown = "\n".join(lines(world))
    assert "\n# a: Touch a.\n# already done: a is there\n" in shown
    assert "\n# b: Touch b.\n# to do: there is no b\n" in shown
    world.shell.run(world.shell["sh"]["-ec", shown])
    assert order(world) == ["b", "c"]
    assert show_status(world, CHAIN) == []


def test_status_shows_every_step_and_gives_those_that_are_missing(world: ReleaseContext) -> None:
    file(world, "b").touch()
    assert show_status(world, CHAIN) == ["a", "c"]
    assert [line[22] for line in lines(world)[1:-1]] == ["✗", "✓", "✗"]
    assert not world.journal.path.exists()


def test_a_plan_takes_no_lock(world: ReleaseContext) -> None:
    step = touching("a")
    step.exclusive = True
    show_plan(locked(world)[0], recipe(step), [])
    assert "held" not in lines(world)
