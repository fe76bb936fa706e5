"""Where a tree names images of the project with a tag or a digest, without protected and left-alone paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.changes import reference_edit
from releasing.image_tags.referred import Ours
from releasing.references.edits import LineCounter
from releasing.references.forms import references
from releasing.references.line_spans import occurrences
from releasing.references.mentions import mention_search
from releasing.references.rules import ImageRule

if TYPE_CHECKING:
    from releasing.references.forms.form import Reference
    from releasing.release import Release

_LITERAL_TAG = re.compile(r"(?:\w[\w.-]*)?")
_LITERAL_DIGEST = re.compile(r"(?:sha256:[0-9a-f]+)?")


@dataclass(frozen=True)
class Mention:
    """One place: the image by its full name, its name as written there, and its tag or digest."""

    path: str
    line: int
    image: str
    name: str
    tag: str
    digest: str

    @property
    def where(self) -> str:
        """PATH:LINE."""
        return f"{self.path}:{self.line}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.where}: {self.name}{tag}" + (f"@{self.digest}" if self.digest else "")


def mentions(release: Release, files: Iterable[tuple[str, bytes]]) -> Iterator[Mention]:
    """Every mention in `files` (path and content) of an image of the project; its templates stand for the registry.

    The release document is left out, because it lists the images of earlier candidates.
    """
    ours = Ours.of(reference_edit.prefixes(release), release.config.left_alone)
    search = mention_search([ImageRule.parse(reference_edit.rule(release, ".+", "any"))])
    for path, content in files:
        if b"\0" in content or not ours.reads(path) or path == release.config.document:
            continue
        near = occurrences(search, content) if search else None
        counter = LineCounter(content)
        for each in references(path, content, near) if near != [] else ():
            name = ours.name_in(each.name)
            if name and (each.default or _is_literal(each)) and not each.base:
                line = counter.line_of(_place(each))
                image = f"{release.config.registry}/{name}"
                yield Mention(path, line, image, each.name, each.default or each.tag, each.digest)


def _is_literal(reference: Reference) -> bool:
    """Whether it has a tag or a digest, without a template in them."""
    parts = _LITERAL_TAG.fullmatch(reference.tag) and _LITERAL_DIGEST.fullmatch(reference.digest)
    return bool(reference.parts and parts)


def _place(reference: Reference) -> int:
    """The position that a rewrite would change: the tag, which may be on another line than the name."""
    first = reference.parts[0]
    return first.start if first.literal and not reference.digest else reference.start
