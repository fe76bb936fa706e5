"""Answers of git that only objects decide: named by their ids, objects never change, so that git is asked once."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import NamedTuple

ID = re.compile(r"\^?[0-9a-f]{40}(\.{2,3}[0-9a-f]{40})?(\^\{commit\})?")
# What may stand beside ids without making the answer depend on anything else.
WORDS = re.compile(r"-[\w-].*|--|tag")
COMMANDS = {"merge-base", "merge-tree", "rev-list", "diff", "log", "cat-file", "rev-parse"}
# An answer that is a no; every other failure may be of an object that is still to come.
NO = ("merge-base", "merge-tree")
MOST, LONGEST = 4096, 100_000  # answers, and the characters of one that is kept


class EndedCommand(NamedTuple):
    """A command that ran: its exit code, what it printed, and what it said of an error."""

    code: int
    out: str = ""
    error: str = ""


class KnownAnswers:
    """The newest answers, by command: the repository, the words of git and what it reads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], EndedCommand] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> EndedCommand | None:
        """The answer to a command that was kept; None without one."""
        return self._kept.get(key)

    def keep(self, key: tuple[str, ...], answer: EndedCommand) -> None:
        """Keep an answer, if it cannot become another one."""
        _, command, *words, stdin = key
        ids = [*(word for word in words if not WORDS.fullmatch(word)), *stdin.split()]
        final = answer.code == 0 or (answer.code == 1 and command in NO)
        short = len(answer.out) + len(stdin) < LONGEST
        if final and short and command in COMMANDS and ids and all(map(ID.fullmatch, ids)):
            self._kept[key] = answer
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
