"""The images: entries of a kustomization: name or newName, newTag and digest, each a scalar of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from releasing.references.edits import Edit, Finding, Kept
from releasing.references.file_syntax import yaml_scalar
from releasing.references.rules import ImageRule, claimed


@dataclass(frozen=True)
class Scalar:
    """A scalar's text and the bytes that hold it, without its quotes."""

    text: str
    start: int
    end: int
    plain: bool


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
    wanted = [(tag, rule.tag), (digest, rule.digest)]
    return [_edit(name.text, scalar, text) for scalar, text in wanted if scalar]


def _edit(name: str, scalar: Scalar, text: str) -> Edit:
    written = scalar.text if scalar.text == text else yaml_scalar(text) if scalar.plain else text
    return Edit(scalar.start, scalar.end, written.encode(), f"{name} {scalar.text}", f"{name} {text}", name)


def _entries(text: str, document: yaml.Node | None) -> Iterator[Entry]:
    images = _values(document).get("images")
    for node in images.value if isinstance(images, yaml.SequenceNode) else ():
        values = {key: value for key, value in _values(node).items() if isinstance(value, yaml.ScalarNode)}
        scalars = {key: _scalar(text, value) for key, value in values.items()}
        if name := scalars.get("newName", scalars.get("name")):
            names = frozenset(scalar.start for key, scalar in scalars.items() if key in {"name", "newName"})
            yield Entry(name, scalars.get("newTag"), scalars.get("digest"), names)


def _values(node: yaml.Node | None) -> dict[str, yaml.Node]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return {key.value: value for key, value in pairs if isinstance(key, yaml.ScalarNode)}


def _scalar(text: str, node: yaml.ScalarNode) -> Scalar:
    quote = 1 if node.style in {"'", '"'} else 0
    start = len(text[: node.start_mark.index].encode()) + quote
    end = len(text[: node.end_mark.index].encode()) - quote
    return Scalar(node.value, start, end, not node.style)
