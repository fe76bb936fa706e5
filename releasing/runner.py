"""Plan and run a recipe, and show its status: the only place that knows whether something is really done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from releasing.errors import LockedError, PreconditionError, ReleaseError, UnmetError
from releasing.journal import Journal
from releasing.lease import Lease
from releasing.plan import PlanShell
from releasing.release import Release
from releasing.shell import Shell
from releasing.step import Finding, Recipe, Step, met
from releasing.step_shell import StepShell
from releasing.undertaking import Undertaking

U = TypeVar("U", bound=Undertaking)
AT_ONCE = 8
NOT_NEEDED = met("not needed any more: everything after it is done")
DONE, ALREADY, MISSING, RUNNING = "✓", "=", "✗", "│"


@dataclass(frozen=True)
class WorldOf(Generic[U]):
    """Where a recipe acts: the release, the shell, the journal, who is told, and the cluster's lock, if any."""

    release: U
    shell: Shell
    journal: Journal
    show: Callable[[str], None]
    lease: Lease | None = None

    def teller(self, step: str, mark: str = RUNNING) -> Callable[[str], None]:
        """How lines of `step` are shown: each under its step's name."""
        return lambda text: self.show(
            "\n".join(f"{step:<22}{mark} {line}" for line in text.splitlines() or [""])
        )

    def looking(self) -> WorldOf[U]:
        """The same world, which reads each thing once: for looking while nothing changes."""
        return replace(self, shell=self.shell.remembering())

    def step_shell(self, step: Step) -> StepShell:
        """The shell that `step` runs with."""
        sh = StepShell(self.shell.showing(self.teller(step.name)), self.journal, step.name)
        if self.lease and step.exclusive:
            sh.before_change = self.lease.require
        return sh

    @contextmanager
    def alone(self, step: Step) -> Iterator[None]:
        """Hold the cluster's lock while `step` is at work, when it is one that asks for it. Raises LockedError."""
        if self.lease and step.exclusive:
            with self.lease.held():
                yield
        else:
            yield


World = WorldOf[Release]  # of a release of a version


@dataclass
class Run:
    """One run of `part` of a recipe: what holds already, what is left, what is at work.

    At most `at_once` steps are at work. `keep_going` says that one which fails leaves those alone that do not need
    it, the loss of a lock apart; `failed` then has the errors.
    """

    world: WorldOf[Any]
    recipe: Recipe
    part: tuple[Step, ...]
    redo: bool = False
    at_once: int = AT_ONCE
    keep_going: bool = False
    left: list[Step] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    at_work: dict[Future[None], Step] = field(default_factory=dict)
    seen: WorldOf[Any] = field(init=False)
    findings: dict[str, Finding] = field(default_factory=dict)
    failed: dict[str, ReleaseError] = field(default_factory=dict)

    def look(self) -> None:
        """Find what is left, and record nothing. Raises PreconditionError when what comes before is not done."""
        self.seen = self.world.looking()
        self.findings = survey(self.seen, self.recipe, self.part)
        for step in self.part:
            # What comes after something that is left is looked at again when its turn comes.
            waiting = {other.name for other in self.left} & {*step.needs}
            if not self.findings[step.name].holds or waiting or self.redo:
                self.left.append(step)
        if self.left:
            self.done |= self._done_before()

    def __call__(self) -> WorldOf[Any]:
        """Do what is not done, several steps at once where none needs another; stop at the first error.

        Gives the world to report on: when nothing was done, one that remembers what was seen.
        """
        if not self.findings:
            self.look()
        for step in self.part:
            if step not in self.left:
                adopt(self.world, step, self.findings[step.name])
                self.done.add(step.name)
        if not self.left:
            return self.seen
        with ThreadPoolExecutor(self.at_once) as pool:
            try:
                self._work(pool)
            except KeyboardInterrupt:
                self.world.shell.stop()
                raise
        return self.world.looking()

    def _work(self, pool: ThreadPoolExecutor) -> None:
        errors: list[BaseException] = []
        while True:
            if not errors and not (errors := self._hindrance()):
                self._start_what_can(pool)
            if not self.at_work:
                break
            finished, _ = wait(self.at_work, return_when=FIRST_COMPLETED)
            errors += [error for each in finished if (error := self._finish(each))]
        if errors:
            raise errors[0]

    def _hindrance(self) -> list[BaseException]:
        """What keeps every step from being started: the cluster's lock, when it was lost."""
        try:
            if self.world.lease:
                self.world.lease.require()
        except LockedError as error:
            return [error]
        return []

    def _done_before(self) -> set[str]:
        """The steps outside this part that it needs: all of them done, or PreconditionError."""
        needs = {name for step in self.left for name in step.needs} - {step.name for step in self.part}
        before = [step for step in self.recipe if step.name in needs]
        findings = survey(self.world.looking(), self.recipe, before)
        missing = [f"{name}: {finding.text}" for name, finding in findings.items() if not finding.holds]
        if missing:
            raise PreconditionError(
                "steps that come before are not done:\n  " + "\n  ".join(missing),
                f"do them first: {self.world.release.command(self.recipe.name)}",
            )
        return needs

    def _start_what_can(self, pool: ThreadPoolExecutor) -> None:
        for step in [step for step in self.left if self.done.issuperset(step.needs)]:
            self.left.remove(step)
            self.at_work[pool.submit(do, self.world, step, self.redo)] = step

    def _finish(self, future: Future[None]) -> BaseException | None:
        step = self.at_work.pop(future)
        error = future.exception()
        if error is None:
            self.done.add(step.name)
        elif isinstance(error, ReleaseError):
            self.world.teller(step.name, MISSING)(error.message.split("\n")[0])
            if self.keep_going and not isinstance(error, LockedError):
                self.failed[step.name] = error
                return None
        return error


def survey(world: WorldOf[Any], recipe: Recipe, steps: Iterable[Step]) -> dict[str, Finding]:
    """What the (remembering) world says about each of `steps` of `recipe`, asked side by side.

    A step that may lapse counts as done when everything that needs it is, and is not asked then.
    """
    chosen = list(steps)
    findings = _asked(world, [step for step in chosen if step.lasting])
    names = {step.name for step in chosen}
    gates = [
        (step, names & {other.name for other in recipe.after(step)}) for step in chosen if not step.lasting
    ]
    findings |= _asked(world, [gate for gate, after in gates if not after or _missing(findings, after)])
    for gate, after in gates:
        if gate.name not in findings:
            idle = not _missing(findings, after)
            findings |= {gate.name: NOT_NEEDED} if idle else _asked(world, [gate])
    return {step.name: findings[step.name] for step in chosen}


def _asked(world: WorldOf[Any], steps: list[Step]) -> dict[str, Finding]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda step: step.verify(world.release, world.step_shell(step)), steps)
        return {step.name: finding for step, finding in zip(steps, answers, strict=True)}


def _missing(findings: dict[str, Finding], names: set[str]) -> set[str]:
    return {name for name in names if name in findings and not findings[name].holds}


def do(world: WorldOf[Any], step: Step, redo: bool = False) -> None:
    """Make `step` done, or find that it is: look, act, look again, record.

    Raises PreconditionError when the journal says done and the world does not; UnmetError when the step ran
    and its check still fails.
    """
    sh = world.step_shell(step)
    finding = step.verify(world.release, sh)
    if finding.holds and not redo:
        adopt(world, step, finding)
        return
    before = world.journal.done(step.name)
    if redo:
        world.journal.record("redo", step.name)
    elif before and step.lasting:
        raise PreconditionError(
            f"{step.name} was done by {before['by']} at {before['time']}, but now: {finding.text}",
            f"somebody undid it. To do it again: {world.release.redo(step.name)}",
        )
    start = time.monotonic()
    with world.alone(step):
        step.action(world.release, sh)
    finding = step.verify(world.release, sh)
    if not finding.holds:
        raise UnmetError(
            f"{step.name} ran, but {finding.text}", "the same command tries again; what is done is kept"
        )
    seconds = f"{time.monotonic() - start:.1f}"
    world.journal.record("done", step.name, found=finding.text, seconds=seconds, facts=dict(finding.facts))
    world.teller(step.name, DONE)(f"{finding.text} ({seconds} s)")


def adopt(world: WorldOf[Any], step: Step, finding: Finding) -> None:
    """Say that `step` is done already; record it when the journal did not know."""
    if world.journal.done(step.name) is None:
        world.journal.record("adopted", step.name, found=finding.text, facts=dict(finding.facts))
    world.teller(step.name, ALREADY)(f"already done: {finding.text}")


def plan(
    world: WorldOf[Any], recipe: Recipe, environment: Iterable[str], begun: PlanShell | None = None
) -> None:
    """Show what a run would do, as lines for a terminal; what is done already is a comment.

    `environment` is the lines that the commands need before them; `begun` has what the operator chose.
    """
    for line in [*environment, *(begun.lines if begun else [])]:
        world.show(line)
    drafts = begun.drafts if begun else {}
    findings = survey(world.looking(), recipe, recipe)
    unmet = {name for name, finding in findings.items() if not finding.holds}
    for step in recipe:
        world.show(f"\n# {step.name}: {step.title}")
        outstanding = bool(unmet & recipe.before(step))
        if step.name in unmet:
            world.show(f"# to do: {findings[step.name].text}")
        elif step.lasting or not outstanding:
            world.show(f"# already done: {findings[step.name].text}")
            continue
        else:
            world.show(f"# holds now, and is looked at again then: {findings[step.name].text}")
        sh = PlanShell(world.shell, world.journal, step.name, outstanding, drafts)
        try:
            step.action(world.release, sh)
        except PreconditionError as error:
            sh.say(f"stops here: {error}")
        for line in sh.lines:
            world.show(line)


def status(world: WorldOf[Any], recipe: Recipe) -> list[str]:
    """Show for each step whether the world says that it is done; gives the names of those that are not."""
    world.show(world.release.title)
    findings = survey(world.looking(), recipe, recipe)
    for name, finding in findings.items():
        world.teller(name, DONE if finding.holds else MISSING)(finding.text)
    missing = [name for name, finding in findings.items() if not finding.holds]
    world.show(f"next: {missing[0]}" if missing else "complete")
    return missing
