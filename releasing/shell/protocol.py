"""The interface of a shell that clients get: read, change, and show lines."""

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
        """The output of `command`, which changes nothing; a plan always reads it, too."""

    def output(self, command: Command, *, stdin: str | None = None) -> bytes:
        """The same as it is, to the last byte."""


class Commands(Reads, Protocol):
    """Commands that read or change something; a plan only shows those that change something (runbook/plan.py)."""

    def read(self, command: Command, pending: str = "", *, known: bool = False) -> str:
        """The same; `known` says that the output does not depend on changes of the release."""

    def succeeds(self, command: Command) -> bool:
        """Whether `command`, which changes nothing, exits 0."""

    def run(self, command: Command) -> None:
        """Run `command`, which changes something."""

    def say(self, text: str) -> None:
        """Show a line to the release manager."""
