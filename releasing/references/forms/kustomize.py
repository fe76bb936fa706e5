"""The images: entries of a kustomization: name or newName, newTag and digest, each a scalar of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from releasing.references.forms.form import Part, Reference
from releasing.references.templates import is_name

if TYPE_CHECKING:
    from releasing.references.edits import Edit
    from releasing.references.rules import ImageRule

# The names that kustomize itself reads, in this spelling.
_FILES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})

_BOTH = re.compile(r"([^@]+)@(.*)")  # newTag: v1@sha256:…


def applies(path: str) -> bool:
    """Whether `path` is a kustomization."""
    return path.rpartition("/")[2] in _FILES


def find(content: bytes, _near: Sequence[int] | None = None) -> Iterator[Reference]:
    """Every entry: the name that is pulled, its tag and its digest."""
    if b"images" not in content:
        return
    from releasing.references.forms.yaml_parts import items, pairs, parts, read  # noqa: PLC0415  (loads YAML)

    text, documents = read(content)
    for document in documents:
        for node in items(dict(pairs(document)).get("images")):
            yield from _entry(parts(text, node))


def reason(reference: Reference, rule: ImageRule) -> str:
    """Why an entry stays as it is."""
    from releasing.references.forms import yaml_parts  # noqa: PLC0415

    return yaml_parts.reason(reference, rule, "newTag")


def edits(reference: Reference, rule: ImageRule) -> list[Edit]:
    """New values of newTag and digest, as far as they are written."""
    from releasing.references.forms import yaml_parts  # noqa: PLC0415

    return yaml_parts.edits(reference, rule)


def _entry(parts: Mapping[str, Part]) -> Iterator[Reference]:
    if name := parts.get("newName", parts.get("name")):
        written = [parts[key] for key in ("newTag", "digest") if key in parts]
        tag, digest = (parts[key].text if key in parts else "" for key in ("newTag", "digest"))
        if found := _BOTH.fullmatch(tag):
            tag, digest = found[1], digest or found[2]
        # A name with a tag of its own is a reference like any other.
        names = (parts[key] for key in ("name", "newName") if key in parts)
        yield Reference(
            start=name.start,
            name=name.text,
            tag=tag,
            digest=digest,
            written=" ".join([name.text, *(part.text for part in written)]),
            parts=tuple(written),
            names=frozenset(part.start for part in names if is_name(part.text)),
        )
