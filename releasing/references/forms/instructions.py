"""The instructions of a Dockerfile, each with the lines that continue it, and which words of them name a base."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Parser directives stand before everything else.
_DIRECTIVE = re.compile(rb"(?:#|//)[ \t]*(\w+)[ \t]*=[ \t]*(\S*)[^\n]*(?:\n|\Z)", re.IGNORECASE)
_INSTRUCTION = re.compile(rb"[ \t]*(?:ONBUILD[ \t]+)?(\w+)", re.IGNORECASE)
_PASSED_OVER = re.compile(rb"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_FLAG = rb"--[^\s=]+(?:=\S*)?"
_FROM_FLAGS = {
    b"COPY": re.compile(rb"--from=[\"']?\Z"),
    b"RUN": re.compile(rb"--mount=[\"']?(?:\S*,)?from=[\"']?\Z"),
}
LONGEST = 2_000  # bytes of a word before an image
_ARGUMENT = re.compile(rb"(\w+)=")
_VARIABLE = re.compile(rb"\$\{?(\w+)")


@dataclass(frozen=True)
class Instruction:
    """Bytes `start` to `end`: FROM, COPY and so on in capitals as `keyword`, with its arguments from `first` on."""

    keyword: bytes
    start: int
    first: int
    end: int


class Dockerfile:
    """One Dockerfile, read once for all that is asked about it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.syntax, body, escape = _directives(content)
        self._instructions = list(_instructions(content, body, escape))
        self._starts = [each.start for each in self._instructions]
        self._gap = re.compile(rb"(?:(?<=\n)[ \t]*#[^\n]*|\s|" + re.escape(escape) + rb"(?=[ \t\r]*\n))*")
        self._named = self._arguments_of_bases()

    def is_base(self, position: int) -> bool:
        """Whether what stands at `position` is what the image is built from, or what gives that its value."""
        if self.syntax[0] <= position < self.syntax[1]:
            return True
        place = bisect_right(self._starts, position) - 1
        if place < 0 or position >= self._instructions[place].end:
            return False
        it = self._instructions[place]
        if it.keyword == b"ARG":
            argument = _ARGUMENT.match(self.content, self._word(it, position))
            return argument is not None and argument[1] in self._named
        return it.keyword == b"FROM" or self._is_from_flag(it, position)

    def _word(self, it: Instruction, position: int) -> int:
        """Where the word begins that `position` is in."""
        before = self.content[max(it.first, position - LONGEST) : position]
        return position - len(before.split()[-1] if before and not before[-1:].isspace() else b"")

    def _is_from_flag(self, it: Instruction, position: int) -> bool:
        """Whether it is the image of a flag; those of a command that RUN starts are none."""
        form = _FROM_FLAGS.get(it.keyword)
        word = self._word(it, position)
        if form is None or not form.search(self.content[word:position]):
            return False
        at = it.first
        flag = re.compile(_FLAG)
        while (gap := self._gap.match(self.content, at)) and gap.end() < word:
            found = flag.match(self.content, gap.end(), word)
            if not found:
                return False
            at = found.end()
        return True

    def _arguments_of_bases(self) -> frozenset[bytes]:
        """The ARGs that a FROM or a flag names, and those that they take their values from."""
        named: set[bytes] = set()
        values: dict[bytes, set[bytes]] = {}
        for it in self._instructions:
            text = self.content[it.first : it.end]
            if it.keyword == b"FROM":
                named |= {*_VARIABLE.findall(text)}
            elif it.keyword in _FROM_FLAGS:
                found = _VARIABLE.finditer(self.content, it.first, it.end)
                named |= {each[1] for each in found if self._is_from_flag(it, each.start())}
            elif it.keyword == b"ARG":
                for word in text.split():
                    if argument := _ARGUMENT.match(word):
                        values.setdefault(argument[1], set()).update(_VARIABLE.findall(word))
        ahead = [*named]
        while ahead:
            more = values.get(ahead.pop(), set()) - named
            named |= more
            ahead += more
        return frozenset(named)


@lru_cache(maxsize=4)
def read(content: bytes) -> Dockerfile:
    """The Dockerfile that `content` is."""
    return Dockerfile(content)


def _directives(content: bytes) -> tuple[tuple[int, int], int, bytes]:
    """Where the directive for the syntax stands, where the directives end, and the character that continues lines."""
    syntax, at, escape = (0, 0), 3 if content.startswith(b"\xef\xbb\xbf") else 0, b"\\"
    while found := _DIRECTIVE.match(content, at):
        name = found[1].lower()
        syntax = found.span() if name == b"syntax" else syntax
        escape = b"`" if name == b"escape" and found[2] == b"`" else escape
        at = found.end()
    return syntax, at, escape


def _instructions(content: bytes, at: int, escape: bytes) -> Iterator[Instruction]:
    line = re.compile(rb"[^\n]*?(" + re.escape(escape) + rb"?)[ \t\r]*(?:\n|\Z)")
    while at < len(content):
        if passed := _PASSED_OVER.match(content, at):
            at = passed.end()
            continue
        found = _INSTRUCTION.match(content, at)
        end = _end(content, at, line)
        if found:
            yield Instruction(found[1].upper(), at, found.end(), end)
        at = end


def _end(content: bytes, at: int, line: re.Pattern[bytes]) -> int:
    """Where the instruction that begins at `at` ends: comments and empty lines do not end one that goes on."""
    goes_on = True
    while goes_on and at < len(content):
        passed = _PASSED_OVER.match(content, at)
        found = passed or line.match(content, at)
        if not found:
            return len(content)
        goes_on = passed is not None or bool(found[1])
        at = found.end()
    return at
