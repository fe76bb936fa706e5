"""Documents of a registry as they may come: manifests under any type, JSON of any shape and depth."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from releasing.errors import UnmetError
from releasing.image import DIGEST

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
TYPES = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)
ACCEPT = ", ".join(TYPES)
SIGNED = (
    "application/vnd.docker.distribution.manifest.v1+prettyjws"  # schema 1, which a registry may still store
)
# How buildkit marks what it puts beside an image into its index: signatures, materials and the like.
REFERENCE = "vnd.docker.reference.type"
Object = dict[str, Any]


@dataclass(frozen=True)
class StoredManifest:
    """A manifest, index or manifest list as it was served."""

    digest: str
    media_type: str
    content: bytes

    @classmethod
    def served(cls, content: bytes, served_as: str) -> StoredManifest:
        """From the bytes and the Content-Type; servers in between say application/json or nothing that helps."""
        return cls(digest_of(content), media_type(content, served_as), content)

    @property
    def document(self) -> Object:
        """Its JSON."""
        return json_object(self.content, self.digest)

    @property
    def parts(self) -> list[str]:
        """The digests of the manifests that an index names; none of an image alone."""
        return [part["digest"] for part in _parts(self.document, self.digest)]

    @property
    def first_image(self) -> str:
        """The digest of the first image that an index names, which may not be what comes first in it."""
        parts = [*_parts(self.document, self.digest)]
        images = [part["digest"] for part in parts if not _is_beside(part)]
        return next(iter(images), "")

    @property
    def configuration(self) -> str:
        """The digest of an image's configuration; empty when it names none."""
        config = self.document.get("config")
        digest = config.get("digest") if isinstance(config, dict) else None
        return digest if isinstance(digest, str) and DIGEST.fullmatch(digest) else ""


@dataclass(frozen=True)
class Description:
    """What a tag or digest stands for, as far as a registry says without giving it."""

    digest: str
    media_type: str = ""

    @property
    def may_have_parts(self) -> bool:
        """Whether it may be an index, which names other manifests: of an image alone it is known."""
        return self.media_type not in (OCI_MANIFEST, DOCKER_MANIFEST)


def plain_type(content_type: str) -> str:
    """A Content-Type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def media_type(content: bytes, served_as: str) -> str:
    """The type of a manifest: as it says itself, as it was served, or as its shape shows."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return plain_type(served_as)
    own = document.get("mediaType")
    if isinstance(own, str) and own in TYPES:
        return own
    if plain_type(served_as).startswith("application/vnd."):
        return plain_type(served_as)
    if document.get("schemaVersion") == 1:
        return SIGNED
    if "manifests" in document:
        return OCI_INDEX
    return OCI_MANIFEST if "config" in document else plain_type(served_as)


def digest_of(content: bytes) -> str:
    """Give the digest of `content`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def json_object(content: bytes, what: str) -> Object:
    """Read a JSON object; raises UnmetError for anything else."""
    try:
        found = json.loads(content)
    except RecursionError:
        raise UnmetError(f"{what} is JSON that is nested too deeply to be read") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UnmetError(f"{what} is not a JSON object: is this address a registry?")
    return found


def texts(page: Mapping[str, Any], name: str, what: str) -> tuple[str, ...]:
    """The list of texts that an object has under `name`, empty when it has none; UnmetError for anything else."""
    found = page.get(name)
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise UnmetError(f"{what}: '{name}' is not a list of names")
    return tuple(found)


def _parts(document: Object, what: str) -> Iterator[Object]:
    listed = document.get("manifests")
    if listed is None:
        return
    if not isinstance(listed, list):
        raise UnmetError(f"{what}: 'manifests' is not a list")
    for part in listed:
        digest = part.get("digest") if isinstance(part, dict) else None
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise UnmetError(f"{what}: 'manifests' has an entry without a digest")
        yield part


def _is_beside(part: Object) -> bool:
    """Whether a part of an index is about an image rather than one itself."""
    annotations, platform = part.get("annotations"), part.get("platform")
    if isinstance(annotations, dict) and REFERENCE in annotations:
        return True
    if isinstance(platform, dict) and platform.get("os") == platform.get("architecture") == "unknown":
        return True
    return bool(part.get("artifactType"))
