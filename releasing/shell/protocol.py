"""The interface of a shell that clients get: read, change, and show lines."""

from __future__ import annotations

from typing import Protocol

from releasing.shell.command import Command


class Reads(Protocol):
    """Commands that read."""

    def read(self, command: Command, pending: str = "") -> str:
        """The output of `command`, which changes nothing."""


class Commands(Protocol):
    """Commands that read or change something; a plan only shows those that change something (runbook/plan.py)."""

    def __getitem__(self, program: str) -> Command:
        """A command of one word."""

    def read(self, command: Command, pending: str = "", *, known: bool = False) -> str:
        """The output of `command`, which changes nothing; `pending` names it while it cannot be known."""

    def look(self, command: Command, *, stdin: str | None = None) -> str:
        """The output of `command`, which changes nothing; a plan always reads it, too."""

    def succeeds(self, command: Command) -> bool:
        """Whether `command`, which changes nothing, exits 0."""

    def run(self, command: Command) -> None:
        """Run `command`, which changes something."""

    def say(self, text: str) -> None:
        """Show a line to the release manager."""
