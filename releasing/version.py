"""Versions, candidates, and the names that follow from them: branch, git tag, image tag (semver 2.0).

Runbook: "Release branching policy", "Tagging a release candidate", "Release votes and releases".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import semver

from releasing.errors import UsageError
from releasing.naming import DEFAULT, Naming

NUMBER = r"(0|[1-9]\d{0,9})"  # of a candidate: more digits are a mistake
_ROUGHLY = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:\W*(rc)\W*(\d{1,9})?)?", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Version:
    """A release: three numbers, and what the project calls what follows from them."""

    major: int
    minor: int
    patch: int
    naming: Naming = field(default=DEFAULT, compare=False, repr=False)

    @classmethod
    def parse(cls, text: str, naming: Naming = DEFAULT) -> Version:
        """The version that `text` names, which may start with v; UsageError with the nearest valid form otherwise."""
        version, candidate = parse_name(text, naming)
        if candidate is not None:
            raise UsageError(
                f"version {text!r} names a candidate; expected three numbers",
                f"--version {version} --candidate {candidate.number}",
            )
        return version

    @property
    def branch(self) -> str:
        """The release branch: vMAJOR.MINOR-branch, or as the project names it."""
        return self.naming.branches.name(self.numbers)

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Major, minor and patch."""
        return self.major, self.minor, self.patch

    @property
    def following(self) -> Version:
        """The next patch of it."""
        return replace(self, patch=self.patch + 1)

    @property
    def tag(self) -> str:
        """The git tag of the final, and the image tag of every image of this release."""
        return f"v{self}"

    @property
    def pep440(self) -> str:
        """As Python's packages spell it."""
        return ".".join(map(str, self.numbers))

    @property
    def npm(self) -> str:
        """As npm, Helm and Cargo spell it."""
        return ".".join(map(str, self.numbers))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, order=True)
class Candidate:
    """A release candidate: the version it is for, and its number, from 0."""

    version: Version
    number: int

    @property
    def tag(self) -> str:
        """The git tag: vMAJOR.MINOR.PATCH-rc.N."""
        return f"{self.version.tag}-rc.{self.number}"

    @property
    def pep440(self) -> str:
        """As Python's packages spell it: 2.3.0rc3."""
        return f"{self.version.pep440}rc{self.number}"

    @property
    def npm(self) -> str:
        """As npm, Helm and Cargo spell it: 2.3.0-rc.3."""
        return f"{self.version.npm}-rc.{self.number}"

    def __str__(self) -> str:
        return f"{self.version}-rc.{self.number}"


def parse_name(text: str, naming: Naming = DEFAULT) -> tuple[Version, Candidate | None]:
    """The version and, when `text` has one, the candidate: X.Y.Z or X.Y.Z-rc.N, with or without v."""
    try:
        parsed = semver.Version.parse(text.removeprefix("v"))
    except (ValueError, TypeError):
        raise _refused(text) from None
    version = Version(parsed.major, parsed.minor, parsed.patch, naming)
    if parsed.build:
        raise _refused(text)
    if parsed.prerelease is None:
        return version, None
    number = re.fullmatch(rf"rc\.{NUMBER}", parsed.prerelease)
    if number is None:
        raise _refused(text)
    return version, Candidate(version, int(number[1]))


def candidates(tags: Iterable[str], version: Version) -> list[Candidate]:
    """The candidates of `version` among git `tags`, in order; malformed names are not candidates."""
    form = re.compile(rf"{re.escape(version.tag)}-rc\.{NUMBER}")
    return sorted(Candidate(version, int(found[1])) for found in map(form.fullmatch, tags) if found)


def finals(tags: list[str], naming: Naming = DEFAULT) -> list[Version]:
    """The releases among git `tags`, in order; candidates and malformed names are none."""
    form = re.compile(r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
    found = filter(None, map(form.fullmatch, tags))
    return sorted(Version(int(each[1]), int(each[2]), int(each[3]), naming) for each in found)


def final_tags(tags: Iterable[str]) -> dict[Version, str]:
    """The tag of each release among git `tags`, in order; vX.Y stands for vX.Y.0 where that does not exist."""
    form = re.compile(r"v(0|[1-9]\d*)\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?")
    found: dict[Version, str] = {}
    # The longer name of the same release comes later, and stays.
    for match in sorted((each for each in map(form.fullmatch, tags) if each), key=lambda each: len(each[0])):
        found[Version(int(match[1]), int(match[2]), int(match[3] or 0))] = match[0]
    return dict(sorted(found.items()))


def _refused(text: str) -> UsageError:
    return UsageError(
        f"{text!r} is not a version; expected MAJOR.MINOR.PATCH, or MAJOR.MINOR.PATCH-rc.N for a candidate",
        _nearest(text),
    )


def _nearest(text: str) -> str:
    parts = _ROUGHLY.search(text)
    if parts is None:
        return "for example: --version 0.2.1"
    major, minor, patch, rc, number = parts.groups(default="0")
    version = Version(int(major), int(minor), int(patch))
    nearest = Candidate(version, int(number)).tag if rc != "0" else version.tag
    return f"the nearest valid form is {nearest}"
