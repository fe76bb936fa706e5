"""The interface of each form of image reference, and the type of what they all find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from releasing.references.edits import Edit

if TYPE_CHECKING:
    from releasing.references.rules import ImageRule


@dataclass(frozen=True)
class Part:
    """A piece of a file: its text, and the bytes that hold it, without quotes.

    `plain` when it is YAML without quotes; not `literal` when the bytes are not exactly the text.
    """

    text: str
    start: int
    end: int
    plain: bool = False
    literal: bool = True


@dataclass(frozen=True)
class Reference:
    """One reference to an image: its name, tag and digest as written, and where an edit would put others.

    `start` is the position of the name, `written` the whole as a report shows it.
    """

    start: int
    name: str
    tag: str
    digest: str
    written: str
    parts: tuple[Part, ...] = ()
    variable: bool = False  # a template or an expression gives the tag, or a part of it
    base: bool = False  # what something else is built on, with releases of its own
    default: str = ""  # of a variable tag, the literal that it has in it
    names: frozenset[int] = frozenset()  # where names of it start: forms further down the list pass over them

    def __str__(self) -> str:
        return self.written

    @property
    def last_name(self) -> str:
        """The name without registry and folders."""
        return self.name.rpartition("/")[2]

    @property
    def known_tag(self) -> str:
        """The tag, or the default that a variable one has; empty when nothing written says which."""
        return self.default or ("" if self.variable else self.tag)

    def wanted(self, rule: ImageRule) -> list[str]:
        """The rule's tag if there is a tag, then its digest if there is a digest."""
        return [text for old, text in ((self.tag, rule.tag), (self.digest, rule.digest)) if old]

    def edit(self, part: Part, text: bytes, before: str, after: str) -> Edit:
        """The edit that puts `text` in place of `part`; `before` and `after` show it."""
        return Edit(part.start, part.end, text, before, after, self.name, self.base)


class Form(Protocol):
    """A form in which files refer to images. Each form is a module with these four functions."""

    def applies(self, path: str, /) -> bool:
        """Whether the file at `path` may have references of this form; it decides by the path alone."""

    def find(self, content: bytes, near: Sequence[int] | None, /) -> Iterator[Reference]:
        """The references in `content`; with `near`, those on other lines may be left out."""

    def reason(self, reference: Reference, rule: ImageRule, /) -> str:
        """Why a reference to an image of `rule` cannot be changed to the rule's tag; empty when it can."""

    def edits(self, reference: Reference, rule: ImageRule, /) -> list[Edit]:
        """The edits that change the reference to the rule's tag, when `reason` is empty."""
