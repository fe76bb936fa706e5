"""What a release settles once: the commit that it builds, a tag, the name of a workflow."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """A value that is recorded before anything acts on it, and is the same ever after.

    `name` is its key in the journal; `in_shell` is how a terminal makes the value, where no single command prints it.
    """

    name: str
    in_shell: str = field(default="", compare=False)
