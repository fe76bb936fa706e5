"""Where a recipe acts: its release, shell and journal, who is told, and the lock of a cluster."""

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

    def looking(self) -> Context[U]:
        """The same context, which reads each thing once: for looking while nothing changes."""
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


ReleaseContext = Context[Release]  # of a release of a version
