"""Words of which every match of a pattern contains at least one: a fast first search in many files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

SHORTEST = 2  # a single letter stands in every file
# Any other piece (a lookaround, a flag, a numbered escape, letters outside ASCII) gives no words.
_PIECE = re.compile(
    rb"(?:(?P<open>\((?:\?:|(?!\?)))|(?P<or>\|)|(?P<close>\))|(?P<slash>\\?/)"
    rb"|(?P<literal>\\[!-/:-@\[-`{-~ ]|[ !-#%-',\-0->@-Z\]_-z}~])"
    rb"|(?P<wild>[.^$]|\\[AZbBdDsSwW]|\[\^?\]?(?:[^\\\]]|\\.)*\]))"
    rb"(?P<repeat>(?:(?P<maybe>[*?]|\{0*,\d*\}|\{0+\})|\+|\{\d+(?:,\d*)?\})[?+]?)?",
    re.DOTALL,
)
Words = frozenset[bytes]


def required_words(patterns: Iterable[bytes]) -> Words:
    """Words of which every match of any of `patterns` contains one; empty when they cannot be derived.

    Where possible they come from the last part of the text: its last slash and what follows.
    """
    return _each([_words(pattern) for pattern in patterns])


def _words(pattern: bytes) -> Words:
    pieces = list(_PIECE.finditer(pattern))
    whole = sum(piece.end() - piece.start() for piece in pieces) == len(pattern)
    return _alternatives(iter(pieces)) if whole else frozenset()


def _alternatives(pieces: Iterator[re.Match[bytes]]) -> Words:
    """The words of the pieces up to the end of their group, which is taken as well."""
    options = [_Sequence()]
    for piece in pieces:
        if piece["close"]:
            return frozenset() if piece["maybe"] else _each([option.words() for option in options])
        if piece["or"]:
            options.append(_Sequence())
        elif piece["open"]:
            options[-1].take(_alternatives(pieces))
        elif piece["literal"] and not piece["repeat"]:
            options[-1].run += piece["literal"][-1:]
        else:
            options[-1].pass_over(slash=bool(piece["slash"] and not piece["repeat"]))
    return _each([option.words() for option in options])


def _each(options: Sequence[Words]) -> Words:
    """Words of which every option contains one; empty when an option gives no words."""
    return frozenset[bytes]().union(*options) if all(options) else frozenset()


class _Sequence:
    """Pieces that follow each other: the current run of letters, and the words after the last slash."""

    def __init__(self) -> None:
        self.run = b""
        self.behind: list[Words] = []
        self.before: list[Words] = []

    def take(self, words: Words) -> None:
        """Add a group that requires one of `words`."""
        self.pass_over()
        if words:
            self.behind.append(words)

    def pass_over(self, slash: bool = False) -> None:
        """End the current run."""
        if len(self.run) >= SHORTEST:
            self.behind.append(frozenset({self.run}))
        self.run = b""
        if slash:
            self.before += self.behind
            self.behind = []
            self.run = b"/"

    def words(self) -> Words:
        """The most specific words."""
        self.pass_over()
        return max(self.behind or self.before, key=lambda words: min(map(len, words)), default=frozenset())
