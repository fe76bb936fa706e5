"""What clients need of a shell that they are handed: to read, to change, and to tell."""

from __future__ import annotations

from typing import Protocol

from releasing.shell.command import Command


class Reads(Protocol):
    """Commands that read."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command."""

    def __getitem__(self, program: str) -> Command:
        """A command of one word."""

    def read(self, command: Command, pending: str = "") -> str:
        """The output of `command`, which changes nothing; `pending` names it while it cannot be known."""

    def look(self, command: Command, *, stdin: str | None = None) -> str:
        """The output of `command`, which changes nothing; read in a plan as well, whatever is held back."""


class Commands(Reads, Protocol):
    """Commands that read or change something; in a plan, those that change are only shown (runbook/plan.py)."""

    def read(self, command: Command, pending: str = "", *, known: bool = False) -> str:
        """The same; `known` says that the output does not depend on what the release changes."""

    def succeeds(self, command: Command) -> bool:
        """Whether `command`, which changes nothing, exits 0."""

    def run(self, command: Command) -> None:
        """Run `command`, which changes something."""

    def say(self, text: str) -> None:
        """Tell the release manager something."""
