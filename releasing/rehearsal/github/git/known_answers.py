"""Answers of git that only objects decide: named by their ids, objects never change, so that git is asked once."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

ID = re.compile(r"\^?[0-9a-f]{40}(\.{2,3}[0-9a-f]{40})?(\^\{commit\})?")
# What may stand beside ids without making the answer depend on anything else.
WORDS = re.compile(r"-[\w-].*|--|tag")
COMMANDS = {"merge-base", "merge-tree", "rev-list", "diff", "log", "cat-file", "rev-parse"}
# An answer that is a no; every other failure may be of an object that is still to come.
NO = ("merge-base", "merge-tree")
MOST, LONGEST = 4096, 100_000  # answers, and the characters of one that is kept


class EndedCommand(Protocol):
    """A command that ran."""

    @property
    def returncode(self) -> int:
        """Its exit code."""

    @property
    def stdout(self) -> str:
        """What it printed."""


E = TypeVar("E", bound=EndedCommand)


class KnownAnswers(Generic[E]):
    """The newest answers, by command: the repository, the words of git and what it reads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], E] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> E | None:
        """The answer to a command that was kept; None without one."""
        return self._kept.get(key)

    def keep(self, key: tuple[str, ...], answer: E) -> None:
        """Keep an answer, if it cannot become another one."""
        _, command, *words, stdin = key
        ids = [*(word for word in words if not WORDS.fullmatch(word)), *stdin.split()]
        final = answer.returncode == 0 or (answer.returncode == 1 and command in NO)
        short = len(answer.stdout) + len(stdin) < LONGEST
        if final and short and command in COMMANDS and ids and all(map(ID.fullmatch, ids)):
            self._kept[key] = answer
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
