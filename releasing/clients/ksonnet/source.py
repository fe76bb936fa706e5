"""Objects and their fields in jsonnet text, with the place of each, so that a single line can be changed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path

from releasing.errors import ConfigError

TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/)
  | (?P<text>@"(?:[^"]|"")*"|@'(?:[^']|'')*'|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\|\|\|.*?\n\s*\|\|\|)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class SourceToken:
    """A piece of jsonnet that is not space or comment, and its position."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Field:
    """A field of an object: its name, and the positions of its start, its value and the end of its comma."""

    name: str
    start: int
    value: tuple[SourceToken, ...]
    end: int
    comma: bool


@dataclass(frozen=True)
class Block:
    """An object in the text: the places of its braces, and its fields."""

    opens: int
    closes: int
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The field `name`; None when the object does not have it."""
        return next((field for field in self.fields if field.name == name), None)


def components_of(text: str, path: Path) -> Block:
    """The object that lists the components' parameters; raises ConfigError when there is none."""
    tokens = tokens_of(text)
    for index, token in enumerate(tokens):
        rest = [each.text for each in tokens[index + 1 : index + 4]]
        if token.text == "components" and rest[:2] == [":", "{"] and not _is_comprehension(tokens, index + 2):
            return block_at(tokens, index + 2)
        if token.text == "components" and rest == ["+", ":", "{"]:
            return block_at(tokens, index + 3)
    raise ConfigError(f"{path}: no `components: {{ … }}` object", "expected the params.libsonnet of a ks app")


def tokens_of(text: str) -> list[SourceToken]:
    """`text` in its pieces, without space and comments."""
    matches = TOKEN.finditer(text)
    return [
        SourceToken(m.lastgroup or "", m[0], m.start(), m.end()) for m in matches if m.lastgroup != "skip"
    ]


def block_at(tokens: Sequence[SourceToken], opens: int) -> Block:
    """The object whose brace is the token `opens`."""
    closes = closing(tokens, opens)
    fields, first = [], opens + 1
    while first < closes:
        last = _next(tokens, first, closes, ",")
        value = tuple(dropwhile(_is_colon, tokens[_next(tokens, first, last, ":") : last]))
        comma = last < closes
        if value:
            end = tokens[last].end if comma else value[-1].end
            fields.append(Field(_name(tokens[first]), tokens[first].start, value, end, comma))
        first = last + 1
    return Block(tokens[opens].start, tokens[closes].start, tuple(fields))


def _next(tokens: Sequence[SourceToken], first: int, stop: int, text: str) -> int:
    """The first position from `first` on, outside of any brackets, that holds `text`; else `stop`."""
    index = first
    while index < stop:
        if tokens[index].text == text:
            return index
        index = closing(tokens, index) + 1
    return stop


def closing(tokens: Sequence[SourceToken], index: int) -> int:
    """The position of the bracket that closes the bracket at `index`; `index` itself without a bracket there."""
    depth = 0
    for place in range(index, len(tokens)):
        token = tokens[place]
        depth += (token.text in ("{", "[", "(")) - (token.text in ("}", "]", ")"))
        if depth <= 0:
            return place
    return len(tokens) - 1


def _is_colon(token: SourceToken) -> bool:
    return token.text == ":"


def _is_comprehension(tokens: list[SourceToken], opens: int) -> bool:
    return tokens[opens + 1].text == "["


def _name(token: SourceToken) -> str:
    if token.kind != "text":
        return token.text
    return str(json.loads(token.text)) if token.text[0] == '"' else token.text.strip("@'\"")
