"""A command line as words, shown in a form that can be pasted into a terminal."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace

# Brackets that no name, path or pattern has: <name> would be a group of a regular expression as well.
PENDING = re.compile(r"⟨([^⟨⟩]+)⟩")


@dataclass(frozen=True)
class Command:
    """Words for one program: never shell text, so a shell never interprets them."""

    words: tuple[str, ...]
    folder: str = ""

    def __getitem__(self, more: str | tuple[str, ...]) -> Command:
        words = (more,) if isinstance(more, str) else more
        wrong = [word for word in words if not isinstance(word, str) or "\0" in word]
        if wrong:
            # plumbum would drop None, splice lists and print 1.10 as 1.1.
            raise TypeError(f"{self.words[0]}: words of a command are strings, not {wrong!r}")
        return replace(self, words=self.words + words)

    def within(self, folder: str) -> Command:
        """The same command, run in `folder`; the working directory of this process never changes."""
        return replace(self, folder=folder)

    @property
    def program(self) -> str:
        """The name or path of the program."""
        return self.words[0]

    def __str__(self) -> str:
        line = " ".join(_quoted(word) for word in self.words)
        return f"(cd {_quoted(self.folder)} && {line})" if self.folder else line


def pending(name: str) -> str:
    """The mark, inside words of a plan, of a value that is known only during the run."""
    return f"⟨{name}⟩"


def variable(name: str) -> str:
    """The shell variable that carries the pending value `name` in a plan."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _quoted(word: str) -> str:
    """`word` for a POSIX shell; a pending mark becomes its variable, in double quotes."""
    parts = PENDING.split(word)
    if len(parts) == 1:
        return shlex.quote(word)
    literal = [shlex.quote(part) if part else "" for part in parts[::2]]
    marks = [f'"${{{variable(part)}}}"' for part in parts[1::2]]
    return "".join(a + b for a, b in zip(literal, [*marks, ""], strict=True))
