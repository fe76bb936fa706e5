"""Manifests that get another tag: each is read once, as long as memory is left to keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.errors import UnmetError

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry
    from releasing.clients.registry.documents import StoredManifest

ROOM = 4 * 2**20  # bytes; a manifest has one or a few thousand


class Manifests:
    """The manifests that one run writes; those that do not fit are only looked up first, and read when needed."""

    def __init__(self, registry: Registry, room: int = ROOM) -> None:
        self._registry = registry
        self._room = room
        self._kept: dict[tuple[str, str], StoredManifest] = {}

    async def holds(self, image: str, digest: str) -> bool:
        """Return whether the registry has the manifest, and keep it if it fits; raises ReleaseError."""
        if self._room <= 0:
            return await self._registry.digest(image, digest) is not None
        if manifest := await self._registry.manifest(image, digest):
            self._kept[image, digest] = manifest
            self._room -= len(manifest.content)
        return manifest is not None

    async def read(self, image: str, digest: str) -> StoredManifest:
        """Give the manifest; raises ReleaseError, UnmetError when it was deleted since it was looked up."""
        manifest = self._kept.get((image, digest)) or await self._registry.manifest(image, digest)
        if manifest is None:
            raise UnmetError(f"{image}@{digest} is no longer in the registry")
        return manifest
