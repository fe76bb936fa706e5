"""Image manifests and indexes as the registry reads them: what they need, and what they are attached to.

Rules: the OCI image specification 1.1 (manifest.md, image-index.md); Docker's manifest version 2, schema 2.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from releasing.rehearsal.registry.layout import DIGEST, OCI_INDEX, OCI_MANIFEST

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


class ManifestDescriptor(BaseModel):
    """A descriptor inside a manifest; one with `urls` is fetched from there and may be missing here."""

    digest: Annotated[str, Field(pattern=DIGEST)]
    mediaType: str
    size: Annotated[int, Field(ge=0)]
    urls: list[str] = []


class _Manifest(BaseModel):
    schemaVersion: Literal[2]
    mediaType: str = ""
    artifactType: str = ""
    annotations: dict[str, str] = {}
    subject: ManifestDescriptor | None = None


class ImageManifest(_Manifest):
    """One image: a config and layers, all of them blobs."""

    config: ManifestDescriptor
    layers: list[ManifestDescriptor]

    @property
    def blobs(self) -> list[str]:
        """Give the digests of the blobs that must be in the repository first."""
        return [part.digest for part in (self.config, *self.layers) if not part.urls]

    @property
    def children(self) -> list[str]:
        """Give the digests of the manifests that must be in the repository first: none."""
        return []

    @property
    def kind(self) -> str:
        """Give the artifact type under which the referrers API lists this manifest."""
        return self.artifactType or self.config.mediaType


class ImageIndex(_Manifest):
    """One image for several platforms: a list of manifests."""

    manifests: list[ManifestDescriptor]

    @property
    def blobs(self) -> list[str]:
        """Give the digests of the blobs that must be in the repository first: none."""
        return []

    @property
    def children(self) -> list[str]:
        """Give the digests of the manifests that must be in the repository first."""
        return [part.digest for part in self.manifests if not part.urls]

    @property
    def kind(self) -> str:
        """Give the artifact type under which the referrers API lists this index."""
        return self.artifactType


Manifest = ImageManifest | ImageIndex

KINDS: dict[str, type[ImageManifest] | type[ImageIndex]] = {
    OCI_MANIFEST: ImageManifest,
    DOCKER_MANIFEST: ImageManifest,
    OCI_INDEX: ImageIndex,
    DOCKER_LIST: ImageIndex,
}


def parse(content: bytes, media_type: str) -> Manifest:
    """Read the bytes of a manifest; ValueError when they are not of the media type."""
    if media_type not in KINDS:
        raise ValueError(f"media type {media_type!r} is none of {', '.join(KINDS)}")
    manifest = KINDS[media_type].model_validate_json(content)
    if manifest.mediaType not in ("", media_type):
        raise ValueError(f"sent as {media_type}, but its mediaType is {manifest.mediaType}")
    return manifest
