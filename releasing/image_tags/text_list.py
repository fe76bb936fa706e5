"""A list of YAML as lines of text: each item with the comments right above it, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import yaml

_DASHED = re.compile(r" *- +\Z")


class OddFormError(Exception):
    """The text cannot be taken apart into lines; says why."""


@dataclass(frozen=True)
class TextList:
    """The list `node` in the lines `first` to `end`; its items begin at `starts`, the last ends before `behind`."""

    lines: list[str]
    node: yaml.SequenceNode
    first: int
    end: int
    starts: tuple[int, ...]
    behind: int
    indent: str

    @classmethod
    def of(cls, lines: list[str], node: yaml.Node | None, first: int = 0, end: int = -1) -> TextList:
        """A list that is not empty, with each item on lines of its own; raises OddFormError for any other."""
        if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
            raise OddFormError("its rows are not one below the other")
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        marks = [item.start_mark for item in node.value]
        if any(not _DASHED.fullmatch(lines[mark.line][: mark.column]) for mark in marks):
            raise OddFormError("its rows do not begin with a dash and what it is about")
        starts = tuple(_commented(lines, mark.line, first) for mark in marks)
        head = lines[marks[0].line]
        behind = _last_line(node) + 1
        return cls(
            lines, node, first, len(lines) if end < 0 else end, starts, behind, head[: head.index("-")]
        )

    def chunk(self, place: int) -> list[str]:
        """The lines of an item, and of the comments above it."""
        return self.lines[slice(*self._range(place))]

    def within(self, place: int, node: yaml.Node | None) -> TextList:
        """A list that is in the item at `place`."""
        return self.of(self.lines, node, *self._range(place))

    def instead(self, place: int, lines: list[str]) -> list[str]:
        """Other lines for the item at `place`, below the comments above it."""
        own = self.node.value[place].start_mark.line
        return [*self.lines[self.starts[place] : own], *(self.indent + line for line in lines)]

    def joined(self, chunks: Iterable[list[str]]) -> list[str]:
        """What is before the list, other items, and what is behind it."""
        between = [line for chunk in chunks for line in chunk]
        return [*self.lines[self.first : self.starts[0]], *between, *self.lines[self.behind : self.end]]

    def is_list(self, node: yaml.Node | None) -> bool:
        """Whether `node` can be taken apart, too."""
        return isinstance(node, yaml.SequenceNode) and not node.flow_style and bool(node.value)

    def _range(self, place: int) -> tuple[int, int]:
        return self.starts[place], [*self.starts, self.behind][place + 1]


def pairs(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """The values of a mapping by key."""
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _commented(lines: list[str], line: int, first: int) -> int:
    """The first of the comments right above a line, or the line."""
    while line > first and lines[line - 1].lstrip().startswith("#"):
        line -= 1
    return line


def _last_line(node: yaml.Node) -> int:
    """The last line with something of the node; where blocks end, YAML's own marks are lines further down."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.line) - (node.end_mark.column == 0)
