"""A program that failed, as the release manager sees it: the command, its exit code, its last lines, what to type."""

from __future__ import annotations

from collections.abc import Sequence

from releasing.errors import CommandError
from releasing.shell.command import Command
from releasing.shell.text import program_hints

LAST_LINES = 10
LONGEST_LINE = 200


def failure(command: Command, code: int, lines: Sequence[str]) -> CommandError:
    """The error of a `command` that ended with `code` and printed `lines`."""
    last = [*lines[-LAST_LINES:]]
    said = "\n".join(f"    {line}" for line in last)
    text = f"{shortened(str(command))}\n  failed with exit code {code}"
    message = f"{text}:\n{said}" if said else text
    hint = program_hints.hint(command.program, lines)
    # The exit codes of this tool's own programs say which class of error it was (errors.py).
    return CommandError(message, hint, last, code if command.program.endswith(".py") else None, code)


def shortened(line: str) -> str:
    """`line`, or its beginning when it is too long for a message; the log has the whole line."""
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …"
