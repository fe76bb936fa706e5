"""Run a recipe: the only place that decides whether a step is done, and records it."""

from __future__ import annotations

import time
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from releasing.errors import LockedError, PreconditionError, ReleaseError, UnmetError
from releasing.runbook.context import ALREADY, DONE, MISSING, Context
from releasing.runbook.recipe import Recipe
from releasing.runbook.status import AT_ONCE, findings_of, left_to_wait
from releasing.runbook.step import Finding, Step

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Run:
    """One run of `part` of a recipe: which steps are done, left and at work.

    At most `at_once` steps are at work. With `keep_going`, a failed step does not stop steps that do not need it,
    except when a lock was lost; `failed` then has the errors.
    """

    context: Context[Any]
    recipe: Recipe
    part: tuple[Step, ...]
    redo: bool = False
    at_once: int = AT_ONCE
    keep_going: bool = False
    left: dict[str, Step] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    at_work: dict[Future[None], Step] = field(default_factory=dict)
    seen: Context[Any] = field(init=False)
    findings: dict[str, Finding] = field(default_factory=dict)
    failed: dict[str, ReleaseError] = field(default_factory=dict)

    def look(self) -> None:
        """Find the steps that are left, and record nothing. Raises PreconditionError if an earlier one is left."""
        self.seen = self.context.looking()
        self.findings = findings_of(self.seen, self.recipe, self.part)
        for step in self.part:
            # A step that needs an unfinished one is checked again when its turn comes.
            waiting = not self.left.keys().isdisjoint(step.needs)
            if not self.findings[step.name].holds or waiting or self.redo:
                self.left[step.name] = step
        if self.left:
            self.done |= self._done_before()

    def __call__(self) -> Context[Any]:
        """Do the steps that are left, several at once where none needs another; stop at the first error.

        Returns the context for the report: the one that remembers its reads, if no step had to run.
        """
        if not self.findings:
            self.look()
        for step in self.part:
            if step.name not in self.left:
                adopt(self.context, step, self.findings[step.name])
                self.done.add(step.name)
        if not self.left:
            return self.seen
        acting = self.context.acting()
        with ThreadPoolExecutor(self.at_once) as pool:
            try:
                self._work(pool, acting)
            except KeyboardInterrupt:
                self.context.shell.stop()
                raise
        return self.context.looking()

    def _work(self, pool: ThreadPoolExecutor, acting: Context[Any]) -> None:
        errors: list[BaseException] = []
        finished: SimpleQueue[Future[None]] = SimpleQueue()
        turns = _Turns(self.left.values(), self.done)
        can = turns.first()
        while True:
            if not errors and not (errors := self._hindrance()):
                for step in can:
                    self._start(pool.submit(do, acting, step, self.redo), step, finished)
                can = []
            if not self.at_work:
                break
            for ended in (finished.get(), *(finished.get() for _ in range(finished.qsize()))):
                step = self.at_work.pop(ended)
                errors += self._ended(ended, step)
                can += turns.after(step) if step.name in self.done else []
        if errors:
            raise errors[0]

    def _hindrance(self) -> list[BaseException]:
        """Why no further step may start: the cluster's lock was lost; None otherwise."""
        try:
            if self.context.lease:
                self.context.lease.require()
        except LockedError as error:
            return [error]
        return []

    def _done_before(self) -> set[str]:
        """Raise PreconditionError unless all steps are done that this part needs and does not include."""
        needs = {name for step in self.left.values() for name in step.needs} - {
            step.name for step in self.part
        }
        before = [step for step in self.recipe if step.name in needs]
        findings = findings_of(self.context.looking(), self.recipe, before)
        missing = [f"{name}: {finding.text}" for name, finding in findings.items() if not finding.holds]
        if missing:
            raise PreconditionError(
                "earlier steps are not done:\n  " + "\n  ".join(missing),
                f"do them first: {self.context.release.command(self.recipe.name)}",
            )
        return needs

    def _start(self, work: Future[None], step: Step, finished: SimpleQueue[Future[None]]) -> None:
        del self.left[step.name]
        self.at_work[work] = step
        work.add_done_callback(finished.put)

    def _ended(self, future: Future[None], step: Step) -> list[BaseException]:
        """Why no further step may start, after `step` ended; nothing when others may."""
        error = future.exception()
        if error is None:
            self.done.add(step.name)
        elif isinstance(error, ReleaseError):
            self.context.teller(step.name, MISSING)(error.message.split("\n")[0])
            if self.keep_going and not isinstance(error, LockedError):
                self.failed[step.name] = error
                return []
        return [error] if error else []


class _Turns:
    """Which of some steps can start, when others are done: each need is looked at once."""

    def __init__(self, steps: Iterable[Step], done: set[str]) -> None:
        self._steps = {step.name: step for step in steps}
        self._open = {step.name: {*step.needs} - done for step in self._steps.values()}
        self._needing: defaultdict[str, list[str]] = defaultdict(list)
        for name, needs in self._open.items():
            for need in needs:
                self._needing[need].append(name)

    def first(self) -> list[Step]:
        """The steps that need nothing."""
        return [self._steps[name] for name, needs in self._open.items() if not needs]

    def after(self, done: Step) -> list[Step]:
        """The steps that needed only `done` by now, in order."""
        for name in self._needing[done.name]:
            self._open[name].discard(done.name)
        return [self._steps[name] for name in self._needing[done.name] if not self._open[name]]


def do(context: Context[Any], step: Step, redo: bool = False) -> None:
    """Do `step` unless it is done: check, act, check again, record; a step that only waits again does not act.

    Raises PreconditionError when the journal says done and the world does not; UnmetError when the step ran
    and its check still fails.
    """
    sh = context.step_shell(step)
    if step.irreversible:
        context.shell.forget()
    finding = step.verify(context.release, sh)
    if finding.holds and not redo:
        adopt(context, step, finding)
        return
    if not redo and (wait := left_to_wait(context, step, finding)):
        sh.wait(wait)
        finding = step.verify(context.release, sh)
        if finding.holds:
            adopt(context, step, finding)
            return
    start = time.monotonic()
    finding = _acted(context, step, finding, redo)
    seconds = f"{time.monotonic() - start:.1f}"
    context.journal.record("done", step.name, found=finding.text, seconds=seconds, facts=dict(finding.facts))
    context.teller(step.name, DONE)(f"{finding.text} ({seconds} s)")


def _acted(context: Context[Any], step: Step, finding: Finding, redo: bool) -> Finding:
    """Act, and check again; `finding` is why."""
    before = context.journal.done(step.name)
    if redo:
        context.journal.record("redo", step.name)
    elif before and not step.gate:
        again = f"somebody undid this step; to do it again: {context.release.redo(step.name)}"
        raise PreconditionError(
            f"{step.name} was done by {before['by']} at {before['time']}, but now: {finding.text}",
            finding.hint or again,
        )
    sh = context.step_shell(step)
    with context.alone(step):
        step.action(context.release, sh)
    context.shell.forget()
    found = step.verify(context.release, sh)
    if not found.holds:
        raise UnmetError(
            f"{step.name} ran, but {found.text}", "repeat the same command; it keeps what is done"
        )
    return found


def adopt(context: Context[Any], step: Step, finding: Finding) -> None:
    """Show that `step` is already done; record it if the journal does not have it."""
    if context.journal.done(step.name) is None:
        context.journal.record("adopted", step.name, found=finding.text, facts=dict(finding.facts))
    context.teller(step.name, ALREADY)(f"already done: {finding.text}")
