"""NAME:TAG in a Dockerfile. What it builds on: FROM, COPY --from, RUN --mount=from=, # syntax=, and ARGs of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from releasing.references.forms import instructions, plain
from releasing.references.forms.form import Reference

if TYPE_CHECKING:
    from releasing.references.edits import Edit
    from releasing.references.rules import ImageRule

_STEMS = ("dockerfile", "containerfile")
_SUFFIXES = tuple(f".{stem}" for stem in _STEMS)


def applies(path: str) -> bool:
    """Whether `path` is named like a Dockerfile or a Containerfile."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(_STEMS) or name.endswith(_SUFFIXES)


def find(content: bytes, near: Sequence[int] | None = None) -> Iterator[Reference]:
    """The references in all lines, each with whether it is a base."""
    for each in plain.find(content, near):
        base = instructions.read(content).is_base(each.start)
        yield replace(each, base=base, names=frozenset({each.start}))


def reason(reference: Reference, rule: ImageRule) -> str:
    """As for NAME:TAG: the caller decides whether bases are left alone."""
    return plain.reason(reference, rule)


def edits(reference: Reference, rule: ImageRule) -> list[Edit]:
    """As for NAME:TAG."""
    return plain.edits(reference, rule)


def is_base(path: str, content: bytes, position: int) -> bool:
    """Whether `position` is on what a Dockerfile builds on: FROM, what is copied or mounted from, an ARG of them."""
    return applies(path) and instructions.read(content).is_base(position)
