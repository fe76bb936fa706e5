"""The rules of a rewrite of references: images at a tag, pins, parameters, paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from typing import TypeVar

from releasing.errors import UsageError
from releasing.image import DIGEST, TAG
from releasing.references.protected_paths import is_copy, protection

T = TypeVar("T")


@dataclass(frozen=True)
class ImageRule:
    """Names that `name` matches in full get `tag`; `digest` is what that tag stands for, if known."""

    name: re.Pattern[bytes]
    tag: str
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.name.pattern.decode()}:{self.tag}"

    @property
    def digest_missing(self) -> str:
        """Why a reference that is pinned by digest stays when the rule has no digest."""
        return f"pinned by digest, and the digest of {self.tag} was not given"

    @classmethod
    def of(cls, name: str, tag: str, digest: str = "") -> ImageRule:
        """A rule from its parts. Raises UsageError."""
        # A full stop at the end of a word may end a sentence, so a tag with it would not be found again.
        if not TAG.fullmatch(tag) or tag.endswith("."):
            form = "letters, digits, _ . -, at most 128, no . or - at the beginning and no . at the end"
            raise UsageError(f"{name}:{tag}: {tag!r} is not an image tag ({form})")
        if digest and not DIGEST.fullmatch(digest):
            raise UsageError(f"{name}:{tag}: {digest!r} is not a digest (sha256: and 64 hexadecimal digits)")
        return cls(_compiled(name), tag, digest)

    @classmethod
    def parse(cls, text: str) -> ImageRule:
        """NAME_REGEX:TAG or NAME_REGEX:TAG@sha256:…; the last colon separates the tag. Raises UsageError."""
        reference, at, digest = text.rpartition("@sha256:")
        name, colon, tag = (reference if at else text).rpartition(":")
        if not colon or not name:
            raise UsageError(f"{text!r} is not NAME_REGEX:TAG", "for example '.*/bootstrapper:v0.2.1'")
        return cls.of(name, tag, f"sha256:{digest}" if at else "")


@dataclass(frozen=True)
class Pin:
    """The one group of `pattern`, wherever it matches in the file `path`, reads `value`.

    With `if_present` the file may be absent.
    """

    path: str
    pattern: re.Pattern[bytes]
    value: str
    if_present: bool = False

    def __str__(self) -> str:
        return f"pin {self.path}: {self.pattern.pattern.decode()}"

    @classmethod
    def of(cls, path: str, pattern: str, value: str, *, if_present: bool = False) -> Pin:
        """A pin from text; ^ and $ in `pattern` are the ends of a line. Raises UsageError."""
        compiled = _compiled(pattern, re.MULTILINE)
        if compiled.groups != 1:
            raise UsageError(
                f"pin {path}: {pattern}: the pattern has {compiled.groups} groups, not exactly one",
                "put ( ) around the replaced part, and (?: ) around other groups",
            )
        return cls(path, compiled, _one_line(f"pin {path}", value), if_present)


@dataclass(frozen=True)
class Parameter:
    """In files that match the glob `files`, the parameter `name` has the literal value `value`."""

    files: str
    name: str
    value: str

    def __str__(self) -> str:
        return f"parameter {self.name} in {self.files}"

    def covers(self, path: str) -> bool:
        """Whether the glob names `path`."""
        return self._glob.match(path) is not None

    @cached_property
    def _glob(self) -> re.Pattern[str]:
        return globs([self.files])

    @classmethod
    def of(cls, files: str, name: str, value: str) -> Parameter:
        """A parameter from text. Raises UsageError."""
        if not re.fullmatch(r"[A-Za-z_][\w.-]*", name):
            raise UsageError(f"parameter {name!r}: not a name (letters, digits, _ . -)")
        if re.search(r"[\s\"'\\]", value) or not value:
            raise UsageError(f"parameter {name}: {value!r} is empty or has blanks, quotes or backslashes")
        return cls(files, name, value)


@dataclass(frozen=True)
class Rules:
    """All rules of one rewrite; globs name a path or a folder, and * also crosses folders."""

    images: tuple[ImageRule, ...] = ()
    pins: tuple[Pin, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    only: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # protected paths that are rewritten all the same

    @classmethod
    def parse(
        cls,
        images: Iterable[str],
        pins: Iterable[Sequence[str]] = (),
        parameters: Iterable[Sequence[str]] = (),
        *,
        pins_if_present: Iterable[Sequence[str]] = (),
        only: Iterable[str] = (),
        except_: Iterable[str] = (),
        also: Iterable[str] = (),
    ) -> Rules:
        """Rules from a command line. Raises one UsageError with every problem."""
        problems: list[UsageError] = []
        rules = cls(
            _each(lambda text: ImageRule.parse(text[0]), [[image] for image in images], problems),
            _each(lambda text: Pin.of(*text), pins, problems)
            + _each(lambda text: Pin.of(*text, if_present=True), pins_if_present, problems),
            _each(lambda text: Parameter.of(*text), parameters, problems),
            tuple(only),
            tuple(except_),
            tuple(also),
        )
        if problems:
            hints = dict.fromkeys(problem.hint for problem in problems if problem.hint)
            raise UsageError("\n".join(problem.message for problem in problems), "; ".join(hints))
        if not (rules.images or rules.pins or rules.parameters):
            raise UsageError("nothing to update", "name an image: --image 'NAME_REGEX:TAG'")
        return rules

    def reads(self, path: str) -> bool:
        """Whether any rule reads the content of `path`."""
        return path in self._pinned or (self.selects(path) and (not is_copy(path) or self.lifts(path)))

    def selects(self, path: str) -> bool:
        """Whether images and parameters in `path` are examined."""
        chosen = not self.only or self._only.match(path) is not None
        return chosen and not (self.except_ and self._except.match(path))

    def protects(self, path: str) -> str:
        """Why images and parameters in `path` are left alone; empty when they are not."""
        return "" if self.lifts(path) else protection(path)

    def lifts(self, path: str) -> bool:
        """Whether `path` was named to be rewritten although it is protected."""
        return bool(self.also) and self._also.match(path) is not None

    @cached_property
    def _pinned(self) -> frozenset[str]:
        return frozenset(pin.path for pin in self.pins)

    @cached_property
    def _only(self) -> re.Pattern[str]:
        return globs(self.only)

    @cached_property
    def _except(self) -> re.Pattern[str]:
        return globs(self.except_)

    @cached_property
    def _also(self) -> re.Pattern[str]:
        return globs(self.also)


def claimed(name: str, images: Sequence[ImageRule]) -> ImageRule | None:
    """The rule for `name`. Raises UsageError when two rules contradict each other."""
    rules = [rule for rule in images if rule.name.fullmatch(name.encode())]
    if any((rule.tag, rule.digest) != (rules[0].tag, rules[0].digest) for rule in rules):
        both = " and ".join(str(rule) for rule in rules)
        raise UsageError(
            f"{name} is matched by {both}", "change the name patterns so that only one matches it"
        )
    return rules[0] if rules else None


def globs(texts: Iterable[str]) -> re.Pattern[str]:
    """One pattern for paths that any of the globs matches, directly or by a folder above."""
    return re.compile("|".join(f"{translate(text)}|{translate(text.rstrip('/') + '/*')}" for text in texts))


def _compiled(pattern: str, flags: int = 0) -> re.Pattern[bytes]:
    try:
        return re.compile(pattern.encode(), flags)
    except re.error as error:
        raise UsageError(f"{pattern!r} is not a regular expression: {error}") from None


def _one_line(where: str, value: str) -> str:
    if not value or re.search(r"[\x00-\x1f]", value):
        raise UsageError(f"{where}: {value!r} is empty or has a line break or control character")
    return value


def _each(
    make: Callable[[Sequence[str]], T], texts: Iterable[Sequence[str]], problems: list[UsageError]
) -> tuple[T, ...]:
    made = []
    for text in texts:
        try:
            made.append(make(text))
        except UsageError as problem:
            problems.append(problem)
    return tuple(made)
