"""What a recipe of many steps costs, counted: how often its steps are asked what they need, and never a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from releasing.release import Release
from releasing.runbook.context import ReleaseContext
from releasing.runbook.recipe import Recipe
from releasing.runbook.runner import Run
from releasing.runbook.status import findings_of, show_plan, show_status
from releasing.runbook.step import Finding, Member, Step, met, unmet
from releasing.runbook.step_shell import StepShell
from tests.support.tiny_recipes import recipe, world_in

FEW, MANY = 100, 400
Done = Callable[[int], bool]


class Counting(Step):
    """A step that counts how often anybody looks at it, for all steps together."""

    looks = 0

    def __getattribute__(self, name: str) -> object:
        if name in ("needs", "name", "action"):
            Counting.looks += 1
        return super().__getattribute__(name)

    def __eq__(self, other: object) -> bool:
        raise AssertionError("steps are told apart by their names")

    __hash__ = None  # type: ignore[assignment]


def counting(number: int, done: Done, each: object = None) -> Step:
    """Step `number`: every third is a gate, each needs the two before it."""
    happened: list[bool] = []

    def act(_release: Release, _sh: StepShell) -> None:
        happened.append(True)

    act.__name__, act.__doc__ = f"step-{number}", f"Do {number}."
    made = Counting(act, tuple(f"step-{number - by}" for by in (1, 2) if number >= by), gate=number % 3 == 0)
    made.verified_by(lambda _release, _sh: met("done") if happened or done(number) else unmet("to do"))
    return made


def chain(count: int, done: Done) -> Recipe:
    return recipe(*(counting(number, done) for number in range(count)))


def wide(count: int, _done: Done) -> Recipe:
    """One step that exists for each of many items, between one before and one after them."""
    first, last = counting(0, lambda _: True), counting(count, lambda _: False)

    def member(_release: Release, _sh: StepShell, _item: object) -> None: ...

    made = Counting(member, ("step-0",), each=lambda _: [Member(f"build-{n}", n) for n in range(count)])

    @made.verified_by
    def there(_release: Release, _sh: StepShell, _item: object) -> Finding:
        return met("there")

    last.needs = ("member",)
    return recipe(first, made, last)


def planned(world: ReleaseContext, whole: Recipe) -> None:
    show_plan(world, whole, [])


def reported(world: ReleaseContext, whole: Recipe) -> None:
    show_status(world, whole)


def looked_at(world: ReleaseContext, whole: Recipe) -> None:
    findings_of(world, whole, whole)


def ran(world: ReleaseContext, whole: Recipe) -> None:
    Run(world, whole, whole.steps)()


def expanded(world: ReleaseContext, whole: Recipe) -> None:
    whole.of(world.release)


def looks(folder: Path, made: Recipe, work: Callable[[ReleaseContext, Recipe], None]) -> int:
    folder.mkdir()
    world = world_in(folder)
    Counting.looks = 0
    work(world, made)
    return Counting.looks


@pytest.mark.parametrize("done", [lambda _: False, lambda _: True, lambda n: n % 2 == 0])
@pytest.mark.parametrize("work", [planned, reported, looked_at, ran, expanded])
def test_four_times_the_steps_are_looked_at_four_times_as_often(
    tmp_path: Path, work: Callable[[ReleaseContext, Recipe], None], done: Done
) -> None:
    few, many = (looks(tmp_path / f"{count}", chain(count, done), work) for count in (FEW, MANY))
    assert many < 5 * few


def test_a_step_for_each_of_many_items_is_expanded_in_proportion(tmp_path: Path) -> None:
    few, many = (
        looks(tmp_path / f"{count}", wide(count, lambda _: False), expanded) for count in (FEW, MANY)
    )
    assert many < 5 * few


@pytest.mark.parametrize(
    "done", [lambda n: n % 2 == 0, lambda n: n < 7, lambda n: n > 7, lambda n: n % 3 != 0]
)
def test_a_gate_is_needed_while_any_step_is_left_that_needs_it(tmp_path: Path, done: Done) -> None:
    """The same as to ask of each gate which steps need it, one gate after the other."""
    whole = chain(20, done)
    world = world_in(tmp_path)
    findings = findings_of(world, whole, whole)
    for gate in (step for step in whole if step.gate):
        after = [each.name for each in whole.after(gate)]
        idle = bool(after) and all(findings[name].holds for name in after)
        assert (findings[gate.name].text.startswith("no longer needed")) == idle
