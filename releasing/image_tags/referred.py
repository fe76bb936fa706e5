"""The project's images that files refer to at a tag, and those that image_tags.yaml does not list there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from releasing.errors import UsageError
from releasing.image_tags import ImageRow
from releasing.references.edits import LineCounter
from releasing.references.forms import references
from releasing.references.line_spans import occurrences
from releasing.references.protected_paths import protection
from releasing.references.rules import globs
from releasing.references.templates import between_templates, is_templated

# A folder named like a host has mirrors of other projects' images, with those projects' tags.
OWN_NAMES = r"[^/]+|[^/.]+/.+"


@dataclass(frozen=True)
class Ours:
    """Which references are to the project's images: by the prefix of the name, its rest, and the file.

    `prefixes` and `leave_alone` are those of release.yaml; one of the expressions `names` must match the whole
    rest of the name.
    """

    prefixes: tuple[str, ...]
    leave_alone: tuple[str, ...] = ()
    names: tuple[str, ...] = (OWN_NAMES,)

    @classmethod
    def of(cls, prefixes: Iterable[str], leave_alone: Iterable[str], names: Iterable[str] = ()) -> Ours:
        """From release.yaml and, for `names`, a command line; raises UsageError."""
        for name in (chosen := tuple(names)):
            try:
                re.compile(name)
            except re.error as error:
                raise UsageError(f"--name {name!r} is not a regular expression: {error}") from None
        return cls(tuple(prefixes), tuple(leave_alone), chosen or (OWN_NAMES,))

    def name_in(self, text: str) -> str:
        """The image name in `text` without its prefix; empty for an image of another project."""
        prefix = next((each for each in self._longest_first if text.startswith(each)), None)
        rest = text[len(prefix) :] if prefix is not None else ""
        return rest if any(re.fullmatch(name, rest) for name in self.names) else ""

    def reads(self, path: str) -> bool:
        """Whether references in `path` count: files that a rewrite leaves alone do not."""
        return not protection(path) and not (self.leave_alone and self._left_alone.match(path))

    @cached_property
    def _longest_first(self) -> list[str]:
        return sorted(self.prefixes, key=len, reverse=True)

    @cached_property
    def _left_alone(self) -> re.Pattern[str]:
        return globs(self.leave_alone)


@dataclass(frozen=True)
class Referred:
    """One reference to an image of the project: as written, and its name without the prefix."""

    path: str
    line: int
    written: str
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.written}"

    @property
    def anywhere(self) -> bool:
        """Whether the name may stand in any folder: a template or an expression before it may have folders in it."""
        prefix = self.written.removesuffix(self.name)
        return is_templated(prefix) or not prefix.strip("/")

    def is_among(self, listed: ListedNames) -> bool:
        """Whether `listed` has it; a template in a name stands for any text."""
        parts = between_templates(self.name)
        if len(parts) == 1:
            return parts[0] in (listed.ends if self.anywhere else listed.names)
        return listed.has((".+".join(map(re.escape, parts)), self.anywhere))


class ListedNames:
    """Names of images without their prefix; each question about them is answered once."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        folders = (name.split("/") for name in self.names)
        self.ends = frozenset("/".join(parts[at:]) for parts in folders for at in range(len(parts)))
        self.has = cache(self._has)

    def _has(self, wanted: tuple[str, bool]) -> bool:
        name, anywhere = wanted
        form = re.compile(("(?:.+/)?" if anywhere else "") + name)
        return any(form.fullmatch(each) for each in self.names)


def referred(files: Iterable[tuple[str, bytes]], ours: Ours, tag: str) -> Iterator[Referred]:
    """Every reference to an image of the project at `tag` in `files` (path and content)."""
    for path, content in files:
        if ours.reads(path) and tag.encode() in content and b"\0" not in content:
            yield from _in_file(path, content, ours, tag)


def unlisted(
    found: Iterable[Referred], images: Iterable[ImageRow], ours: Ours, tag: str
) -> tuple[Referred, ...]:
    """The references in `found` whose image is not listed at `tag` in `images`."""
    listed = ListedNames(
        ours.name_in(image.name) for image in images for each in image.versions if tag in each.tags
    )
    return tuple(each for each in found if not each.is_among(listed))


def _in_file(path: str, content: bytes, ours: Ours, tag: str) -> Iterator[Referred]:
    counter = LineCounter(content)
    for each in references(path, content, occurrences([tag.encode()], content)):
        name = ours.name_in(each.name) if each.known_tag == tag else ""
        if name and not each.base:
            yield Referred(path, counter.line_of(each.start), each.name, name)
