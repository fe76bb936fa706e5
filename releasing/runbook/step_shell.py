"""The access of a step to the world: its own shell, and the choices of its release."""

from __future__ import annotations

from collections.abc import Callable

from releasing.errors import PreconditionError
from releasing.runbook.choice import Choice
from releasing.runbook.journal import Journal
from releasing.shell.programs import Command, Shell, silent


class StepShell:
    """Reads and changes the world for one step of a run.

    The plan (plan.py) gives steps another StepShell, whose `run` only shows. `before_change` is called before each
    command that changes something, and raises when no further command may start.
    """

    def __init__(self, shell: Shell, journal: Journal, step: str) -> None:
        self.shell = shell
        self.journal = journal
        self.step = step
        self.before_change: Callable[[], None] = lambda: None

    def __getitem__(self, program: str) -> Command:
        return self.shell[program]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command."""
        return self.shell.environment

    def read(self, command: Command, pending: str = "", *, known: bool = False, value: str = "") -> str:  # noqa: ARG002
        """The output of `command`, which changes nothing; `pending` names it while it cannot be known.

        `known` says that it does not depend on changes of the release, so that a plan can read it, too. `value` is
        the output where something else, read just now, had it in it; the command then stands in plans only.
        """
        return value or self.shell.read(command, pending)

    def look(self, command: Command, *, stdin: str | None = None) -> str:
        """The output of `command`, which changes nothing; a plan always reads it, too."""
        return self.shell.read(command, stdin=stdin)

    def output(self, command: Command, *, stdin: str | None = None) -> bytes:
        """All the output of `command`, which changes nothing, as it is; a plan always reads it, too."""
        return self.shell.output(command, stdin=stdin)

    def forgetful(self) -> StepShell:
        """A shell that only reads, and remembers nothing of it."""
        return StepShell(self.shell.forgetful(), self.journal, self.step)

    def succeeds(self, command: Command) -> bool:
        """Whether `command`, which changes nothing, exits 0."""
        return self.shell.succeeds(command)

    def ask(self, command: Command) -> str:
        """The output of `command`, which changes nothing; empty in a plan when the command still fails."""
        return self.read(command)

    def run(self, command: Command) -> None:
        """Run `command`, which changes something."""
        self.before_change()
        self.shell.show(f"$ {command}")
        self.shell.run(command)

    def keep(self, command: Command) -> None:
        """Write the output of `command`, which changes nothing, into the log."""
        self.shell.show(f"$ {command}")
        self.shell.showing(silent).wait(command)

    def wait(self, command: Command) -> None:
        """Run `command`, which changes nothing but may take long."""
        self.before_change()
        self.shell.show(f"$ {command}")
        self.shell.wait(command)

    def needed(self, question: Callable[[], bool]) -> bool:
        """Whether commands are needed: `question` reads the world, without pending values."""
        return question()

    def require(self, problem: Callable[[], str], hint: str) -> None:
        """Stop here with a PreconditionError when `problem`, which reads the world, finds a problem."""
        if text := problem():
            raise PreconditionError(text, hint)

    def lacks(self, command: Command) -> bool:
        """Whether `command`, a listing, lists nothing."""
        return self.needed(lambda: not self.read(command))

    def choose(self, choice: Choice, make: Callable[[], str]) -> str:
        """The value of `choice` for this release: recorded before it is used, and never changed afterwards."""
        return self.journal.choose(self.step, choice, make)

    def chosen(self, choice: Choice) -> str | None:
        """The value of `choice`, if it was made before."""
        return self.journal.chosen(choice)

    def say(self, text: str) -> None:
        """Show a line to the release manager."""
        self.shell.show(text)
