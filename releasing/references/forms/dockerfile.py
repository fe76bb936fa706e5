"""NAME:TAG in a Dockerfile; a FROM, a COPY --from, or an ARG that a FROM names, is a base of the build."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from releasing.references.forms import plain
from releasing.references.forms.form import Reference

if TYPE_CHECKING:
    from releasing.references.edits import Edit
    from releasing.references.rules import ImageRule

_STEMS = ("dockerfile", "containerfile")
_SUFFIXES = tuple(f".{stem}" for stem in _STEMS)
_FROM = re.compile(rb"^[ \t]*FROM[ \t].*", re.IGNORECASE | re.MULTILINE)
_ARG = re.compile(rb"[ \t]*ARG[ \t]+(\w+)=", re.IGNORECASE)


def applies(path: str) -> bool:
    """Whether `path` is named like a Dockerfile or a Containerfile."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(_STEMS) or name.endswith(_SUFFIXES)


def find(content: bytes, near: Sequence[int] | None = None) -> Iterator[Reference]:
    """The references in all lines, each with whether it is a base."""
    for each in plain.find(content, near):
        yield replace(each, base=_is_base(content, each.start), names=frozenset({each.start}))


def reason(reference: Reference, rule: ImageRule) -> str:
    """As for NAME:TAG: the caller decides whether bases are left alone."""
    return plain.reason(reference, rule)


def edits(reference: Reference, rule: ImageRule) -> list[Edit]:
    """As for NAME:TAG."""
    return plain.edits(reference, rule)


def is_base(path: str, content: bytes, position: int) -> bool:
    """Whether `position` is in a FROM, in a COPY --from, or in an ARG that a FROM names."""
    return applies(path) and _is_base(content, position)


def _is_base(content: bytes, position: int) -> bool:
    start = content.rfind(b"\n", 0, position) + 1
    if _FROM.match(content, start) or content[start:position].endswith(b"--from="):
        return True
    argument = _ARG.match(content, start)
    return argument is not None and any(_names(line[0], argument[1]) for line in _FROM.finditer(content))


def _names(line: bytes, argument: bytes) -> bool:
    return re.search(rb"\$\{?" + argument + rb"\b", line) is not None
