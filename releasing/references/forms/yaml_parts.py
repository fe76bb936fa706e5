"""Scalars of YAML with their bytes in the file, and edits of them. Importing this module loads YAML."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from releasing.references.edits import Edit
from releasing.references.forms.form import Part, Reference
from releasing.references.rules import ImageRule
from releasing.shell.text.plain_scalars import scalar


def read(content: bytes) -> tuple[str, list[yaml.Node | None]]:
    """The text and its documents; without documents when it is not UTF-8 or not YAML."""
    try:
        text = content.decode()
        return text, [*yaml.compose_all(text, Loader=yaml.SafeLoader)]
    except (UnicodeDecodeError, yaml.YAMLError):
        return "", []


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """The items of a list; empty for anything else."""
    return node.value if isinstance(node, yaml.SequenceNode) else []


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """Key and value of each pair of a mapping; empty for anything else."""
    found = node.value if isinstance(node, yaml.MappingNode) else ()
    return ((key.value, value) for key, value in found if isinstance(key, yaml.ScalarNode))


def parts(text: str, mapping: yaml.Node | None) -> dict[str, Part]:
    """The non-empty scalar values of a mapping of `text`, by their keys."""
    values = {key: value for key, value in pairs(mapping) if isinstance(value, yaml.ScalarNode)}
    return {key: _part(text, mapping, value) for key, value in values.items() if mapping and value.value}


def reason(reference: Reference, rule: ImageRule, key: str) -> str:
    """Why a reference whose tag is the value of `key` stays as it is; empty when it can change."""
    if not reference.parts:
        return f"it is written without a {key}"
    if reference.digest and not rule.digest:
        return rule.digest_missing
    if not all(part.literal for part in reference.parts):
        return "its tag or digest is not written as plain text"
    return ""


def edits(reference: Reference, rule: ImageRule) -> list[Edit]:
    """One edit for each part, in quotes where YAML would read the text as something else."""
    texts = [rule.tag] if reference.tag else []
    if reference.digest and len(texts) < len(reference.parts):
        texts.append(rule.digest)
    return [
        # newTag: v1@sha256:… has both.
        _edit(reference, part, f"{text}@{rule.digest}" if "@" in part.text else text)
        for part, text in zip(reference.parts, texts, strict=True)
    ]


def _edit(reference: Reference, part: Part, text: str) -> Edit:
    written = scalar(text) if part.plain else text
    before, after = (f"{reference.name} {each}" for each in (part.text, written))
    return reference.edit(part, written.encode(), before, after)


def _part(text: str, mapping: yaml.Node, node: yaml.ScalarNode) -> Part:
    start, end = node.start_mark.index, node.end_mark.index
    quote = 1 if node.style in {"'", '"'} else 0
    first, last = (len(text[:index].encode()) for index in (start + quote, end - quote))
    # An anchor or a tag is written before the value, an alias is defined elsewhere, and a block is folded.
    literal = text[start + quote : end - quote] == node.value and start > mapping.start_mark.index
    return Part(node.value, first, last, not node.style, literal)
