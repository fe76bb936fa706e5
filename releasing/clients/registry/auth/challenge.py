"""How a registry asks for credentials: what its WWW-Authenticate header names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

PART = re.compile(
    r"""
    (?P<scheme>[A-Za-z][\w-]*) (?: \s+ (?=[\w-]+\s*=) | \s* (?:,|$) )
    | (?P<name>[\w-]+) \s*=\s* (?: "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<plain>[^\s,"]+) )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Challenge:
    """One way to authenticate: `bearer` or `basic`, with its parameters by lower-case name."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def challenges(text: str) -> list[Challenge]:
    """Read the value of a WWW-Authenticate header, which may name several ways; malformed parts are left out."""
    found: list[Challenge] = []
    parameters: dict[str, str] = {}
    for part in PART.finditer(text):
        if part["scheme"]:
            parameters = {}
            found.append(Challenge(part["scheme"].lower(), parameters))
        else:
            quoted = re.sub(r"\\(.)", r"\1", part["quoted"] or "")
            parameters[part["name"].lower()] = part["plain"] or quoted
    return found


def preferred(text: str) -> Challenge | None:
    """Choose a supported way: tokens, which are valid for one repository only, rather than the password."""
    known = {each.scheme: each for each in reversed(challenges(text))}
    return known.get("bearer") or known.get("basic")
