"""image_tags.yaml: which tags each digest of each image has.

Written in the form of `yaml.safe_dump(…, default_flow_style=False)`, which the file has always had, or changed in the
form that it has (row_text.py).
Timestamps are the mappings that `gcloud container images list-tags --format=json` prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml

from releasing.errors import ConfigError
from releasing.image import ImagePattern
from releasing.shell.text.marked_yaml import Document, line_of
from releasing.shell.text.plain_scalars import reads_as_text

T = TypeVar("T")
TIMESTAMP_KEYS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class TaggedDigest:
    """One build of an image; `line` is its line in the file."""

    digest: str
    tags: tuple[str, ...]
    timestamp: datetime | None = None
    line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class ImageRow:
    """An image and its builds."""

    name: str
    versions: tuple[TaggedDigest, ...]
    line: int = field(default=0, compare=False, repr=False)

    def with_version(self, version: TaggedDigest) -> ImageRow:
        """Insert `version` by age; all others keep their order."""
        return replace(self, versions=_inserted(self.versions, version, _age))


@dataclass(frozen=True)
class ImageTags:
    """The whole file, in its own order: unchanged rows stay where they are."""

    images: tuple[ImageRow, ...]

    def with_image(self, image: ImageRow) -> ImageTags:
        """Replace the image of the same name by `image`, or else insert it in the order of names."""
        if any(other.name == image.name for other in self.images):
            return ImageTags(tuple(image if other.name == image.name else other for other in self.images))
        return ImageTags(_inserted(self.images, image, lambda other: other.name))

    def selected(self, pattern: ImagePattern) -> ImageTags:
        """Keep only the images, versions and tags that `pattern` matches."""
        kept = []
        for image in self.images:
            if pattern.takes_name(image.name):
                tagged = [replace(v, tags=tuple(filter(pattern.takes_tag, v.tags))) for v in image.versions]
                kept.append(replace(image, versions=tuple(version for version in tagged if version.tags)))
        return ImageTags(tuple(image for image in kept if image.versions))

    def ordered(self) -> ImageTags:
        """Sort images by name, versions by timestamp (those without one first), then digest."""
        images = [replace(image, versions=tuple(sorted(image.versions, key=_age))) for image in self.images]
        return ImageTags(tuple(sorted(images, key=lambda image: image.name)))


def load(path: Path) -> ImageTags:
    """Read the file at `path`; raises ConfigError with all problems of its form."""
    try:
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "give the path of image_tags.yaml") from None


def load_or_begin(path: Path) -> ImageTags:
    """Read the file at `path`; no images where there is no file in its folder, or nothing but comments in it."""
    begun = path.is_file() and not is_blank(path.read_bytes())
    return load(path) if begun or not path.parent.is_dir() or path.is_dir() else ImageTags(())


def is_blank(content: bytes) -> bool:
    """Whether there is nothing in `content` but comments and white space."""
    return all(not line or line.startswith(b"#") for line in map(bytes.strip, content.splitlines()))


def parse(content: bytes, where: str) -> ImageTags:
    """Read `content`, which problems call `where`; the schema of before June 2018 is understood too."""
    document = Document(content, where)
    return document.read(lambda root: _image_tags(document, root))


def dump(tags: ImageTags) -> bytes:
    """Write `tags` in their own order, as PyYAML writes the plain data; in quotes what some reader misreads."""
    return "".join(as_lines({"images": [plain_image(image) for image in tags.images]})).encode()


def as_lines(plain: object) -> list[str]:
    """Plain data as lines of YAML."""
    return yaml.dump(plain, Dumper=_Dumper, default_flow_style=False).splitlines(keepends=True)


class _Dumper(yaml.SafeDumper):
    """Texts in quotes also where only readers of YAML 1.2 or of Go take them for something else."""

    def ignore_aliases(self, _content: Any) -> bool:
        """Write what occurs twice twice."""
        return True


def _represented(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if reads_as_text(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represented)


def _inserted(items: tuple[T, ...], item: T, key: Callable[[T], Any]) -> tuple[T, ...]:
    place = next((index for index, other in enumerate(items) if key(other) > key(item)), len(items))
    return (*items[:place], item, *items[place:])


def _age(version: TaggedDigest) -> tuple[datetime, str]:
    return version.timestamp or BEFORE_ALL, version.digest


def _image_tags(document: Document, root: yaml.Node) -> ImageTags:
    listed = document.mapping(root, "the file", ["images"]).get("images")
    images: dict[str, ImageRow] = {}
    for node in document.items(listed, "images"):
        image = _image(document, node)
        if image.name in images:
            document.blame(node, f"{image.name} is already listed at line {images[image.name].line}")
        images[image.name] = image
    return ImageTags(tuple(images.values()))


def _image(document: Document, node: yaml.Node) -> ImageRow:
    if isinstance(node, yaml.MappingNode) and any(key.value == "image" for key, _ in node.value):
        return _first_schema_image(document, node)
    found = document.mapping(node, "an image", ["name", "versions"])
    versions = document.items(found.get("versions"), "versions")
    return ImageRow(
        document.text(found.get("name"), "name"),
        tuple(_version(document, version) for version in versions),
        line_of(node),
    )


def _version(document: Document, node: yaml.Node) -> TaggedDigest:
    found = document.mapping(node, "a version", ["digest", "tags"], ["timestamp"])
    stamp = found.get("timestamp")
    return TaggedDigest(
        document.text(found.get("digest"), "digest"),
        tuple(document.text(tag, "a tag") for tag in document.items(found.get("tags"), "tags")),
        _timestamp(document, stamp) if stamp else None,
        line_of(node),
    )


def _first_schema_image(document: Document, node: yaml.Node) -> ImageRow:
    """Read the form `image: NAME@DIGEST` with tags written as NAME:TAG."""
    found = document.mapping(node, "an image", ["image", "tags"])
    name, _, digest = document.text(found.get("image"), "image").partition("@")
    tags = []
    for tag_node in document.items(found.get("tags"), "tags"):
        owner, _, tag = document.text(tag_node, "a tag").rpartition(":")
        if owner != name:
            document.blame(tag_node, f"expected {name}:TAG, because this entry has the old form")
        tags.append(tag)
    return ImageRow(name, (TaggedDigest(digest, tuple(tags), None, line_of(node)),), line_of(node))


def _timestamp(document: Document, node: yaml.Node) -> datetime | None:
    found = document.mapping(node, "timestamp", ["datetime", *TIMESTAMP_KEYS])
    text = {key: document.text(value, key) for key, value in found.items()}
    try:
        stamp = datetime.fromisoformat(text.get("datetime", ""))
    except ValueError:
        stamp = None
    if (
        stamp is None
        or stamp.tzinfo is None
        or {k: str(v) for k, v in _plain_timestamp(stamp).items()} != text
    ):
        document.blame(node, "timestamp is not what gcloud prints: datetime with a zone, and its parts")
        return None
    return stamp


def _plain_timestamp(stamp: datetime) -> dict[str, Any]:
    return {"datetime": str(stamp)} | {key: getattr(stamp, key) for key in TIMESTAMP_KEYS}


def plain_image(image: ImageRow) -> dict[str, Any]:
    """An image as plain data."""
    return {"name": image.name, "versions": [plain_version(version) for version in image.versions]}


def plain_version(version: TaggedDigest) -> dict[str, Any]:
    """A build as plain data."""
    plain: dict[str, Any] = {"digest": version.digest, "tags": list(version.tags)}
    return plain | ({"timestamp": _plain_timestamp(version.timestamp)} if version.timestamp else {})
