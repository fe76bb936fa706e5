"""The images: entries of a kustomization: name or newName, newTag and digest, each a scalar of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from releasing.references.edits import Edit, Finding, Kept
from releasing.references.file_syntax import yaml_scalar
from releasing.references.forms import is_name
from releasing.references.rules import ImageRule, claimed


@dataclass(frozen=True)
class Scalar:
    """A scalar's text and the bytes that hold it, without its quotes; `literal` when they are just the text."""

    text: str
    start: int
    end: int
    plain: bool
    literal: bool


@dataclass(frozen=True)
class Entry:
    """One image: the name that is pulled, its tag and its digest, where they are written."""

    name: Scalar
    tag: Scalar | None
    digest: Scalar | None
    names: frozenset[int]  # where its names start, the replaced one too

    def __str__(self) -> str:
        return " ".join(scalar.text for scalar in (self.name, self.tag, self.digest) if scalar)


def kustomize_entries(content: bytes) -> list[Entry]:
    """The entries of `images:`; none when the file is not UTF-8 or not YAML."""
    try:
        text = content.decode()
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (UnicodeDecodeError, yaml.YAMLError):
        return []
    return [entry for document in documents for entry in _entries(text, document)]


def entry_findings(entry: Entry, images: Sequence[ImageRule]) -> list[Finding]:
    """The edits that bring an entry to its rule's tag and digest, or why it stays; none without a rule."""
    name, tag, digest = entry.name, entry.tag, entry.digest
    rule = claimed(name.text, images)
    if not rule:
        return []
    stale = tag is None or tag.text != rule.tag
    if not tag and not digest:
        return [Kept(name.start, str(entry), "no newTag is written with it", False, name.text)]
    if digest and not rule.digest:
        return [Kept(name.start, str(entry), rule.digest_missing, stale, name.text)]
    wanted = [(scalar, text) for scalar, text in ((tag, rule.tag), (digest, rule.digest)) if scalar]
    if not all(scalar.literal for scalar, _ in wanted):
        return [
            Kept(name.start, str(entry), "its tag or digest is not written as plain text", stale, name.text)
        ]
    return [_edit(name.text, scalar, text) for scalar, text in wanted]


def is_namesake(entry: Entry, last_names: Mapping[str, str], images: Sequence[ImageRule]) -> bool:
    """Whether no rule claims an entry's name, which ends in one of `last_names`, and its tag is not that one's."""
    text = entry.name.text
    wanted = last_names.get(text.rpartition("/")[2]) if "/" in text else None
    stale = entry.tag.text != wanted if entry.tag else entry.digest is not None
    return wanted is not None and stale and not claimed(text, images)


def _edit(name: str, scalar: Scalar, text: str) -> Edit:
    written = scalar.text if scalar.text == text else yaml_scalar(text) if scalar.plain else text
    return Edit(scalar.start, scalar.end, written.encode(), f"{name} {scalar.text}", f"{name} {text}", name)


def _entries(text: str, document: yaml.Node | None) -> Iterator[Entry]:
    images = dict(_pairs(document)).get("images")
    for node in images.value if isinstance(images, yaml.SequenceNode) else ():
        values = {key: value for key, value in _pairs(node) if isinstance(value, yaml.ScalarNode)}
        scalars = {key: _scalar(text, node, value) for key, value in values.items() if value.value}
        if name := scalars.get("newName", scalars.get("name")):
            # A name with a tag of its own is a reference like any other.
            names = (scalars[key] for key in ("name", "newName") if key in scalars)
            starts = frozenset(scalar.start for scalar in names if is_name(scalar.text))
            yield Entry(name, scalars.get("newTag"), scalars.get("digest"), starts)


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return ((key.value, value) for key, value in pairs if isinstance(key, yaml.ScalarNode))


def _scalar(text: str, entry: yaml.Node, node: yaml.ScalarNode) -> Scalar:
    start, end = node.start_mark.index, node.end_mark.index
    quote = 1 if node.style in {"'", '"'} else 0
    first, last = (len(text[:index].encode()) for index in (start + quote, end - quote))
    # An anchor or a tag stands before the value, an alias stands elsewhere, and a block is folded.
    literal = text[start + quote : end - quote] == node.value and start > entry.start_mark.index
    return Scalar(node.value, first, last, not node.style, literal)
