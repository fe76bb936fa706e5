"""A claim on a release, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One property of a release: whether it holds (None: it could not be read), what was found, and where."""

    name: str
    holds: bool | None
    found: str
    details: tuple[str, ...] = ()


def judged(name: str, wrong: Iterable[str], found: str, otherwise: str) -> Claim:
    """A claim that holds when `wrong` is empty, with the text `found`; otherwise `otherwise` and the wrong lines."""
    lines = tuple(wrong)
    return Claim(name, not lines, otherwise if lines else found, lines)


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 place, 2 places."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
