"""Where a recipe acts: its release, shell and journal, its output, and the lock of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from releasing.clients.cluster.lease import Lease
from releasing.release import AnyRelease, Release
from releasing.runbook.journal import Journal
from releasing.runbook.step import Step
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell

U = TypeVar("U", bound=AnyRelease)
DONE, ALREADY, MISSING, RUNNING = "✓", "=", "✗", "│"


@dataclass(frozen=True)
class Context(Generic[U]):
    """Where a recipe acts: the release, the shell, the journal, its output, and the cluster's lock, if any."""

    release: U
    shell: Shell
    journal: Journal
    show: Callable[[str], None]
    lease: Lease | None = None

    def teller(self, step: str, mark: str = RUNNING) -> Callable[[str], None]:
        """The function that shows lines of `step`, each under its step's name."""
        return lambda text: self.show(
            "\n".join(f"{step:<22}{mark} {line}" for line in text.splitlines() or [""])
        )

    def looking(self) -> Context[U]:
        """The same context, with a shell that remembers what it read: for reads while nothing changes."""
        return replace(self, shell=self.shell.remembering())

    def acting(self) -> Context[U]:
        """The same context, for steps that change something: what was read is remembered until the next change."""
        return replace(self, shell=self.shell.remembering_between_changes())

    def step_shell(self, step: Step) -> StepShell:
        """The shell for `step`."""
        sh = StepShell(self.shell.showing(self.teller(step.name)), self.journal, step.name)
        if self.lease and step.exclusive:
            sh.before_change = self.lease.require
        return sh

    @contextmanager
    def alone(self, step: Step) -> Iterator[None]:
        """Hold the cluster's lock while `step` is at work, if the step requires it. Raises LockedError."""
        if self.lease and step.exclusive:
            with self.lease.held():
                yield
        else:
            yield


ReleaseContext = Context[Release]  # of a release of a version
