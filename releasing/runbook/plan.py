"""Plans: the same steps, with a shell that shows its commands as lines to paste into a terminal."""

from __future__ import annotations

from collections.abc import Callable

from releasing.errors import CommandError
from releasing.runbook.choice import Choice
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.command import PENDING, Command, variable
from releasing.shell.command import pending as mark
from releasing.shell.programs import Shell


class PlanShell(StepShell):
    """Reads the real world and shows changes as lines; a value that depends on a change not made yet is pending.

    `outstanding` says that a step which this one needs is not done yet; `drafts` are the choices that the plan
    has made so far.
    """

    def __init__(
        self,
        shell: Shell,
        journal: Journal,
        step: str,
        outstanding: bool = False,
        drafts: dict[str, str] | None = None,
    ) -> None:
        super().__init__(shell, journal, step)
        self.outstanding = outstanding
        self.drafts = {} if drafts is None else drafts
        self.lines: list[str] = []

    def read(self, command: Command, pending: str = "", *, known: bool = False, value: str = "") -> str:
        """The real output, or the mark of a value that depends on a change not made yet."""
        if pending and (_unknown(command) or (not known and (self.outstanding or self.lines))):
            self.lines.append(_setting(pending, command))
            return mark(pending)
        return value or self.shell.read(command)

    def ask(self, command: Command) -> str:
        """The real output; empty when the command fails, for example before the login."""
        try:
            return "" if _unknown(command) else self.shell.read(command)
        except CommandError:
            return ""

    def run(self, command: Command) -> None:
        """Show `command`."""
        self.lines.append(str(command))

    def keep(self, command: Command) -> None:
        """Show `command`."""
        self.lines.append(str(command))

    def wait(self, command: Command) -> None:
        """Show `command`."""
        self.lines.append(str(command))

    def require(self, problem: Callable[[], str], hint: str) -> None:
        """The same, unless the answer depends on a change not made yet."""
        if not (self.outstanding or self.lines):
            super().require(problem, hint)

    def choose(self, choice: Choice, make: Callable[[], str]) -> str:
        """The value chosen before, or the value that a run would choose now; it is not recorded."""
        if choice.name not in self.drafts:
            self.drafts[choice.name] = super().chosen(choice) or make()
        return self.drafts[choice.name]

    def chosen(self, choice: Choice) -> str | None:
        """The value chosen before, by a run or in this plan."""
        return self.drafts.get(choice.name) or super().chosen(choice)

    def say(self, text: str) -> None:
        """Show `text` as a comment."""
        self.lines += [f"# {line}" for line in text.splitlines()]


class PaperShell(PlanShell):
    """A plan without a world, for the runbook page: every read is pending, every command is needed."""

    def read(self, command: Command, pending: str = "", *, known: bool = False, value: str = "") -> str:  # noqa: ARG002
        """The mark of the value."""
        self.lines.append(_setting(pending, command))
        return mark(pending)

    def ask(self, command: Command) -> str:  # noqa: ARG002
        """Nothing: there is no world to ask."""
        return ""

    def require(self, problem: Callable[[], str], hint: str) -> None:
        """Nothing: there is no world to ask."""

    def needed(self, question: Callable[[], bool]) -> bool:  # noqa: ARG002
        """Always: the page shows the whole work."""
        return True

    def choose(self, choice: Choice, make: Callable[[], str]) -> str:
        """The mark of the choice, set as a terminal makes it when no single command prints it."""
        name = choice.name
        if name not in self.drafts:
            if choice.in_shell:
                self.lines.append(f"{variable(name)}={choice.in_shell}")
            self.drafts[name] = mark(name) if choice.in_shell else make()
        return self.drafts[name]

    def chosen(self, choice: Choice) -> str:
        """The mark of the choice."""
        return mark(choice.name)


def _setting(name: str, command: Command) -> str:
    """The line that puts what `command` prints into the variable of `name`."""
    # Two brackets without a blank would begin a sum.
    line = str(command)
    return f"{variable(name)}=$({' ' if line.startswith('(') else ''}{line})"


def _unknown(command: Command) -> bool:
    return any(PENDING.search(word) for word in command.words)
