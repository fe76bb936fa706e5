"""What a step sees of the world: a shell of its own, and the choices of its release."""

from __future__ import annotations

from collections.abc import Callable

from releasing.errors import PreconditionError
from releasing.runbook.choice import Choice
from releasing.runbook.journal import Journal
from releasing.shell.programs import Command, Shell, silent


class StepShell:
    """Reads and changes the world for one step of a run.

    The plan (plan.py) gives steps another StepShell, whose `run` only shows. `before_change` is asked before each
    command that changes something, and raises when none may be begun any more.
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

    def read(self, command: Command, pending: str = "", *, known: bool = False) -> str:  # noqa: ARG002
        """The output of `command`, which changes nothing; `pending` names it while it cannot be known.

        `known` says that it does not depend on what the release changes, so that a plan can read it, too.
        """
        return self.shell.read(command, pending)

    def look(self, command: Command, *, stdin: str | None = None) -> str:
        """The output of `command`, which changes nothing; read in a plan as well, whatever is held back."""
        return self.shell.read(command, stdin=stdin)

    def succeeds(self, command: Command) -> bool:
        """Whether `command`, which changes nothing, exits 0."""
        return self.shell.succeeds(command)

    def ask(self, command: Command) -> str:
        """The output of `command`, which changes nothing; empty in a plan when nothing answers it yet."""
        return self.read(command)

    def run(self, command: Command) -> None:
        """Run `command`, which changes something."""
        self.before_change()
        self.shell.show(f"$ {command}")
        self.shell.run(command)

    def keep(self, command: Command) -> None:
        """Put what `command`, which changes nothing, prints into the log."""
        self.shell.show(f"$ {command}")
        self.shell.showing(silent).run(command)

    def wait(self, command: Command) -> None:
        """Run `command`, which changes nothing but may take long."""
        self.run(command)

    def needed(self, question: Callable[[], bool]) -> bool:
        """Whether commands are needed: `question` asks the world, with reads that name nothing pending."""
        return question()

    def require(self, problem: Callable[[], str], hint: str) -> None:
        """Stop here with a PreconditionError when `problem`, which asks the world, finds one."""
        if text := problem():
            raise PreconditionError(text, hint)

    def lacks(self, command: Command) -> bool:
        """Whether `command`, a listing, lists nothing."""
        return self.needed(lambda: not self.read(command))

    def choose(self, choice: Choice, make: Callable[[], str]) -> str:
        """The value of `choice` for this release: recorded before anything acts on it, the same ever after."""
        return self.journal.choose(self.step, choice, make)

    def chosen(self, choice: Choice) -> str | None:
        """The value of `choice`, when it was made already."""
        return self.journal.chosen(choice)

    def say(self, text: str) -> None:
        """Tell the operator something."""
        self.shell.show(text)
