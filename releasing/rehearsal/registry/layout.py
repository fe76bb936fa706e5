"""OCI image layouts on disk: one folder per repository, which skopeo reads as it is and which may be copied.

At any instant the folder is a valid layout: everything is written aside and renamed into place, blobs before
the index that names them. Rule: the OCI image specification 1.1, image-layout.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

DIGEST = r"^sha256:[0-9a-f]{64}$"
# Starts with a dot, as no repository does; on the file system of the layouts, so that a rename is atomic.
ASIDE = ".uploads"
# What a layout calls its own: a repository of that name would lie inside another repository's layout.
RESERVED = frozenset({"blobs", "index.json", "oci-layout"})
REF_NAME = "org.opencontainers.image.ref.name"


@dataclass(frozen=True)
class Descriptor:
    """One line of index.json: a manifest, and one of its tags or no tag."""

    media_type: str
    digest: str
    size: int
    tag: str = ""

    @classmethod
    def read(cls, entry: dict[str, Any]) -> Descriptor:
        """Take a descriptor from its JSON form."""
        tag = entry.get("annotations", {}).get(REF_NAME, "")
        return cls(entry["mediaType"], entry["digest"], entry["size"], tag)

    def entry(self) -> dict[str, Any]:
        """Give the JSON form."""
        named = {"annotations": {REF_NAME: self.tag}} if self.tag else {}
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size, **named}


@dataclass(frozen=True)
class Layout:
    """The layout of one repository under `root`. One process writes at a time; the registry does."""

    root: Path
    repository: str

    @property
    def folder(self) -> Path:
        """Give the folder that skopeo takes after `oci:`."""
        return self.root / self.repository

    def exists(self) -> bool:
        """Say whether anything was ever stored here."""
        return (self.folder / "oci-layout").exists()

    def blob(self, digest: str) -> Path:
        """Give where the bytes of a digest are, or would be."""
        return self.folder / "blobs" / digest.replace(":", "/")

    def add_blob(self, source: Path, digest: str) -> None:
        """Move a complete file, whose digest was verified, into the layout."""
        self._lay_out()
        source.replace(self.blob(digest))

    def link_blob(self, other: Layout, digest: str) -> None:
        """Take a blob of another repository without copying it."""
        if not self.blob(digest).exists():
            link = aside(self.root)
            link.hardlink_to(other.blob(digest))
            self.add_blob(link, digest)

    def manifests(self) -> list[Descriptor]:
        """List every manifest once per tag, or once without a tag."""
        if not self.exists():
            return []
        index = json.loads((self.folder / "index.json").read_bytes())
        return [Descriptor.read(entry) for entry in index["manifests"]]

    def tags(self) -> list[str]:
        """List the tags, sorted."""
        return sorted(each.tag for each in self.manifests() if each.tag)

    def find(self, reference: str) -> Descriptor | None:
        """Look up a tag or a digest."""
        return next((each for each in self.manifests() if reference in (each.tag, each.digest)), None)

    def add_manifest(self, content: bytes, media_type: str, tag: str = "") -> None:
        """Store a manifest, and move the tag to it; what the tag was on stays reachable by digest."""
        added = Descriptor(media_type, digest_of(content), len(content), tag)
        written = aside(self.root)
        written.write_bytes(content)
        self.add_blob(written, added.digest)
        self._write_index([*_untagged(self.manifests(), tag), added])

    def remove(self, reference: str) -> None:
        """Take away a tag, or a manifest with all its tags."""
        self._write_index(each for each in _untagged(self.manifests(), reference) if each.digest != reference)

    def _lay_out(self) -> None:
        if not self.exists():
            (self.folder / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
            self._write_index([])
            # Last: with this file the folder becomes a layout.
            _put(self.root, self.folder / "oci-layout", {"imageLayoutVersion": "1.0.0"})

    def _write_index(self, manifests: Iterable[Descriptor]) -> None:
        """Replace index.json; a manifest loses its line without a tag when it has one with a tag."""
        lines = dict.fromkeys(manifests)
        tagged = {each.digest for each in lines if each.tag}
        entries = [each.entry() for each in lines if each.tag or each.digest not in tagged]
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
        _put(self.root, self.folder / "index.json", index)


def repositories(root: Path) -> list[str]:
    """List the repositories under a root, sorted."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each not in (ASIDE, "blobs")]
        if "oci-layout" in files:
            found.append(Path(folder).relative_to(root).as_posix())
    return sorted(found)


def digest_of(content: bytes) -> str:
    """Give the digest of bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def aside(root: Path) -> Path:
    """Give a path of its own for a file that is not complete yet."""
    folder = root / ASIDE
    folder.mkdir(parents=True, exist_ok=True)
    return folder / str(uuid.uuid4())


def _untagged(manifests: Iterable[Descriptor], tag: str) -> list[Descriptor]:
    return [replace(each, tag="") if each.tag == tag else each for each in manifests]


def _put(root: Path, path: Path, content: dict[str, Any]) -> None:
    written = aside(root)
    written.write_text(json.dumps(content))
    written.replace(path)
