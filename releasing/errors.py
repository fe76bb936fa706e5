"""What can go wrong, as the release manager sees it: a message, a hint, and an exit code per class."""

from __future__ import annotations

from collections.abc import Sequence


class ReleaseError(Exception):
    """Something a release manager can act on: `message` says where and what, `hint` what to type next."""

    code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class UsageError(ReleaseError):
    """The command line asks for something that does not exist or has the wrong form."""

    code = 2


class ConfigError(ReleaseError):
    """release.yaml, image_tags.yaml or another file of the release manager's is not valid."""

    code = 3


class PreconditionError(ReleaseError):
    """The world is not in the state that the command needs; nothing was changed."""

    code = 4


class UnmetError(ReleaseError):
    """A verification failed: a post-condition does not hold."""

    code = 5


class CommandError(ReleaseError):
    """A program that a step ran failed, or is not installed; `said` are the last lines of its output.

    `code` replaces the class's own when the program is one of scripts/; `status` is the program's exit code.
    """

    code = 6

    def __init__(
        self,
        message: str,
        hint: str = "",
        said: Sequence[str] = (),
        code: int | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.said = tuple(said)
        self.code = self.code if code is None else code
        self.status = status

    @property
    def started(self) -> bool:
        """Whether the program ran: one that is missing, or could not be started, says nothing about the world."""
        return self.status is not None

    @property
    def cause(self) -> str:
        """The line of the output that says most: git's fatal one, or the last."""
        lines = [line.strip() for line in self.said if line.strip()] or [self.message.splitlines()[0]]
        return next((line for line in lines if line.startswith("fatal: ")), lines[-1])


class UnreachableError(ReleaseError):
    """A registry, GitHub or a cluster does not answer."""

    code = 7


class MachineError(ReleaseError):
    """This machine is in the way, not the world: a full disk, too many open files, a file that cannot be written."""

    code = 1


class LockedError(ReleaseError):
    """Another run holds the lock of this release."""

    code = 8
