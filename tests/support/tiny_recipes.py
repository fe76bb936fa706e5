"""Recipes of tiny steps, whose world is a folder of files: a step is done when the file of its name is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from releasing.clients.cluster.lease import Lease
from releasing.errors import LockedError
from releasing.release import Release
from releasing.runbook.context import ReleaseContext
from releasing.runbook.journal import Journal
from releasing.runbook.recipe import Recipe, Section
from releasing.runbook.runner import Run
from releasing.runbook.step import Finding, Step, met, unmet
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from tests.support.releases import release_at

PATIENCE = 30  # seconds for something that has to happen


def world_in(folder: Path) -> ReleaseContext:
    """A world whose release has its state in `folder`, and whose lines lines() gives."""
    shown: list[str] = []
    return ReleaseContext(release_at(folder), Shell(), Journal(folder / "journal.jsonl"), shown.append)


def lines(world: ReleaseContext) -> list[str]:
    """What was shown until now; `show` of these worlds is the append of a list."""
    shown: list[str] = world.show.__self__  # type: ignore[attr-defined]
    return shown


def file(world: ReleaseContext, name: str) -> Path:
    return world.release.state / name


def touching(name: str, *needs: str, gate: bool = False, before: Callable[[], None] = lambda: None) -> Step:
    """A step that is done when the file of its name is there; it appends a line to the file `order`."""

    def act(release: Release, sh: StepShell) -> None:
        before()
        sh.run(sh["sh"]["-c", 'echo "$1" >>order && touch "$1"', "sh", name].within(str(release.state)))

    act.__name__, act.__doc__ = name, f"Touch {name}."
    made = Step(act, needs, gate=gate)

    @made.verified_by
    def there(release: Release, sh: StepShell) -> Finding:
        found = (release.state / name).exists()
        return met(f"{name} is there") if found else unmet(f"there is no {name}")

    return made


def recipe(*steps: Step) -> Recipe:
    return Recipe("rc", "", (Section("", *steps),))


def run(world: ReleaseContext, whole: Recipe, first: str = "", last: str = "", redo: bool = False) -> None:
    Run(world, whole, whole.span(first, last), redo)()


def order(world: ReleaseContext) -> list[str]:
    path = file(world, "order")
    return path.read_text().split() if path.exists() else []


def events(world: ReleaseContext) -> list[tuple[str, str]]:
    again = Journal(world.journal.path)
    return [(event["event"], event["step"]) for event in again._events]


CHAIN = recipe(touching("a"), touching("b", "a"), touching("c", "b"))


class RecordedLease(Lease):
    """A lease that tells when it is held instead of asking a cluster; `problem` takes it away."""

    problem = ""

    @contextmanager
    def held(self) -> Iterator[None]:
        self.show("held")
        yield
        self.show("free")

    def require(self) -> None:
        if self.problem:
            raise LockedError(self.problem)


def locked(world: ReleaseContext) -> tuple[ReleaseContext, RecordedLease]:
    lease = RecordedLease({}, "namespace", "release", lambda: "token", world.show)
    return replace(world, lease=lease), lease
