"""What stands inside of expressions: ${X:-…}, $(shell …), {{ … default "…" }}, ${{ … || '…' }}.

To what is around it an expression is a template, a part of a name or a tag; what it holds is a text of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from releasing.references.templates import TEMPLATE

DEEPEST = 5  # expressions in each other that are read
_STARTS = (b"${", b"$(", b"{{")
# How an expression begins: in a shell's or Compose's, the variable and the operator before its default as well.
_PIECE = re.compile(rb"\n|\$\{(?:[!#]?\w+(?:\[[^\]\s]*\])?:?[-=+?])?|\$\(|[(){}]")
_OPENS = {b")": b"(", b"}": b"{"}
_NEAR = 8  # bytes around an expression that are looked at
_BEFORE = re.compile(rb"(?:(?<!\\)\w[.-]*|[\w})]\\?/)\Z")
_CONTROL = rb"-?[ \t]*(?:end|else|if|with|range)\b"  # what Helm puts around a value is no part of it
_BEHIND = re.compile(
    rb"[/@.:-]*(?:\w|\$[\w({]|\{\{(?!" + _CONTROL + rb")|\{\w)|[\"'`](?:[ \t]*\+|\$[\w({]|[\w-])"
)
_WORD = rb"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
_DEFAULT = re.compile(rb"\$\{\w+:?[-=](" + _WORD + rb")\}")
_QUOTED = re.compile(rb"([\"'`])(" + _WORD + rb")\1")
_WHOLE = re.compile(TEMPLATE)


@dataclass(frozen=True)
class Expression:
    """Bytes `start` to `end` are what an expression of one line holds; it begins at `opened`.

    `joined` when it is a part of a word: then what it holds is not the whole of a reference.
    """

    opened: int
    start: int
    end: int
    joined: bool


@dataclass
class _Open:
    """A bracket that is not closed yet; only one with `holds` begins an expression, at `opened`.

    `inner` is where the text begins that what stands in it is a part of, `level` the number of expressions around it.
    """

    kind: bytes
    opened: int
    start: int
    inner: int
    holds: bool
    joined: bool
    level: int


def expressions(text: bytes, first: int, behind: int) -> list[Expression]:
    """The expressions between two positions in `text`, each before those in it."""
    if all(text.find(start, first, behind) < 0 for start in _STARTS):
        return []
    found: list[Expression] = []
    stack: list[_Open] = []
    for piece in _PIECE.finditer(text, first, behind):
        if piece[0] == b"\n":
            found += _ended(stack, piece.start())
        elif opening := _OPENS.get(piece[0]):
            if stack and stack[-1].kind == opening:
                found += _closed(text, stack.pop(), piece.end(), behind)
        else:
            stack.append(_opened(text, piece, stack, first))
    found += _ended(stack, behind)
    return _inherited(sorted(found, key=lambda each: (each.start, -each.end)))


def default_of(text: str) -> str:
    """The one literal that a template for a tag has in it: v1 of ${TAG:-v1} or {{ .tag | default "v1" }}."""
    written = text.encode(errors="replace")
    if not _WHOLE.fullmatch(written):
        return ""
    if bare := _DEFAULT.fullmatch(written):
        return bare[1].decode()
    quoted = {found[2].decode() for found in _QUOTED.finditer(written)}
    return quoted.pop() if len(quoted) == 1 else ""


def _opened(text: bytes, piece: re.Match[bytes], stack: list[_Open], first: int) -> _Open:
    kind = piece[0][1:2] if piece[0].startswith(b"$") else piece[0]
    start = piece.start()
    second = piece[0] == b"{" and bool(stack) and stack[-1].start == start and stack[-1].kind == kind
    opened = stack[-1].opened if second else start
    depth = len(stack) - second
    around = stack[depth - 1].inner if depth else first
    level = stack[depth - 1].level + stack[depth - 1].holds if depth else 0
    holds = second or piece[0].startswith(b"$")
    joined = _BEFORE.search(text[max(around, opened - _NEAR) : opened]) is not None
    return _Open(kind, opened, piece.end(), piece.end() if holds else around, holds, joined, level)


def _closed(text: bytes, it: _Open, end: int, behind: int) -> list[Expression]:
    if not it.holds or it.level >= DEEPEST:
        return []
    # The second brace of two closes with the first.
    after = end + (
        it.kind == b"{" and it.start - it.opened in (2, 3) and text[it.start - 2 : it.start] == b"{{"
    )
    joined = it.joined or _BEHIND.match(text, after, min(behind, after + 2 * _NEAR)) is not None
    return [Expression(it.opened, it.start, end - 1, joined)]


def _ended(stack: list[_Open], end: int) -> list[Expression]:
    """What a line's end leaves open goes up to there."""
    left = [each for each in stack if each.holds and each.level < DEEPEST]
    stack.clear()
    return [Expression(each.opened, each.start, end, each.joined) for each in left]


def _inherited(found: list[Expression]) -> list[Expression]:
    """What is in a part of a word is itself one."""
    joined_to = -1
    given = []
    for each in found:
        joined = each.joined or each.end <= joined_to
        joined_to = max(joined_to, each.end) if joined else joined_to
        given.append(replace(each, joined=joined))
    return given
