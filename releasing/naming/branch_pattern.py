"""The names of release branches: made from a version by a pattern, and read back from a name.

Runbook: "Release branching policy".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

NUMBER = r"0|[1-9]\d{0,9}"
PLACES = ("major", "minor", "patch")
_PLACE = re.compile(r"\{([^{}]*)\}")
_OTHER = re.compile(r"[^A-Za-z0-9._/+-]")
LONGEST = 100  # characters
# How projects call the branch of a stream: release-0.2, v0.2, release/0.2, 0.2.x, stable-0.2, v0.2-branch.
_USUAL = (
    r"(?:(?:release|releases|rel|stable|branch)[-/_]?)?v?{}(?:[.][xX])?(?:[-_](?:branch|release|stable))?"
)


@dataclass(frozen=True)
class BranchPattern:
    """A pattern of names, such as release-{major}.{minor}."""

    text: str = "v{major}.{minor}-branch"

    def name(self, numbers: Iterable[int]) -> str:
        """The release branch of the version with these `numbers`: major, minor and patch."""
        known = dict(zip(PLACES, map(str, numbers), strict=False))
        return _PLACE.sub(lambda place: known[place[1]], self.text)

    def read(self, name: str) -> dict[str, int] | None:
        """The numbers that the branch `name` says, by their place; None for a branch that is no release branch."""
        found = self._form.fullmatch(name)
        return {place: int(number) for place, number in found.groupdict().items()} if found else None

    @property
    def glob(self) -> str:
        """A glob of git's that matches every release branch, and perhaps others."""
        return _PLACE.sub("*", self.text)

    @cached_property
    def _form(self) -> re.Pattern[str]:
        parts = _PLACE.split(self.text)
        return re.compile(
            "".join(
                f"(?P<{part}>{NUMBER})" if number % 2 else re.escape(part)
                for number, part in enumerate(parts)
            )
        )


def problem(text: str) -> str:
    """Why `text` is no pattern of release branches; empty when it is one."""
    places = _PLACE.findall(text)
    example = _PLACE.sub("1", text)
    unknown = [place for place in places if place not in PLACES]
    if unknown or {"{", "}"} & {*example}:
        found = f"{{{unknown[0]}}} is" if unknown else "a brace alone is"
        return f"{found} no part of a branch's name; known are {{major}}, {{minor}} and {{patch}}"
    if "major" not in places or ("patch" in places and "minor" not in places):
        return "versions would share a branch; expected {major} in it, and {minor} where there is {patch}"
    if len({*places}) < len(places) or re.search(r"\}\d*\{|\d\{|\}\d", text):
        return "a version could not be read back from a name: write each place once, with no digit or place beside it"
    return _misnamed(example)


def _misnamed(name: str) -> str:
    """Why git, or somebody's shell, would not take `name` for a branch; empty when they do."""
    if odd := _OTHER.search(name):
        return f"{odd[0]!r} may not be in the name of a branch; expected letters, digits and . _ / + -"
    parts = name.split("/")
    wrong = [part for part in parts if not part or part[0] in ".-" or part.endswith((".", ".lock"))]
    if wrong or ".." in name:
        return "git takes no such branch: a part between slashes is empty, begins with . or -, or ends in . or .lock"
    if parts[0] == "refs" or name == "HEAD":
        return "expected the name of a branch as people type it, without refs/heads/"
    return f"expected at most {LONGEST} characters" if len(name) > LONGEST else ""


def resembling(names: Iterable[str], numbers: Iterable[int]) -> list[str]:
    """The branches among `names` that people would take for the release branch of the version with these numbers."""
    major, minor, *_ = numbers
    form = re.compile(_USUAL.format(rf"{major}\.{minor}"), re.IGNORECASE)
    return sorted(name for name in names if form.fullmatch(name))
