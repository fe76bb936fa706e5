"""A value that a release chooses once: the commit to build, a tag, the name of a workflow."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """A value that is recorded before it is used, and never changes afterwards.

    `name` is its key in the journal; `in_shell` is how a terminal computes the value, if no single command prints it.
    """

    name: str
    in_shell: str = field(default="", compare=False)
