"""A client of the OCI distribution API: digests, manifests, tags, image configurations.

Manifests are passed on byte for byte, with the type they were served with: a manifest that is serialized again
would have another digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urljoin

from releasing.clients.registry.auth.gcloud import Tagger
from releasing.clients.registry.auth.tokens import DENIED
from releasing.clients.registry.http import HttpAnswer, HttpRequest, Scope, session
from releasing.clients.registry.listing import TagListing, builds
from releasing.clients.registry.location import VARIABLE, Location, Mirrors, is_google, split
from releasing.clients.registry.settings import Settings
from releasing.clients.registry.traffic import Traffic
from releasing.clients.registry.transport import CONNECTIONS, Patience, Transport
from releasing.errors import CommandError, PreconditionError, UnmetError
from releasing.image import ImageName

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


@dataclass(frozen=True)
class StoredManifest:
    """A manifest, index or manifest list as it was served."""

    digest: str
    media_type: str
    content: bytes

    @property
    def document(self) -> dict[str, Any]:
        """Its JSON."""
        return _json_object(self.content, self.digest)


@dataclass(frozen=True)
class Description:
    """What a tag or digest stands for, as a registry tells it without sending the manifest."""

    digest: str
    media_type: str = ""

    @property
    def may_have_parts(self) -> bool:
        """Whether it may be an index, which names other manifests; false only for known types of images."""
        return not self.media_type.endswith(("image.manifest.v1+json", "distribution.manifest.v2+json"))


@asynccontextmanager
async def connected(
    environment: Mapping[str, str], wanted: Settings, patience: Patience, notice: Callable[[str], None]
) -> AsyncIterator[Registry]:
    """Open a Registry for one run, reached as `wanted` says; UsageError for a malformed RELEASE_REGISTRY_MIRRORS."""
    traffic = Traffic(wanted)
    mirrors = Mirrors.parse(environment.get(VARIABLE, ""), traffic.plain)
    async with session(CONNECTIONS, patience.timeout) as connections:
        transport = Transport(connections, patience, environment, traffic, notice)
        yield Registry(mirrors, transport, wanted, Tagger(environment))


class Registry:
    """All registries, each found by the host in an image's name; every method may raise ReleaseError."""

    def __init__(self, mirrors: Mirrors, transport: Transport, settings: Settings, gcloud: Tagger) -> None:
        self._transport = transport
        self._gcloud = gcloud
        # Every request needs it, and it is always the same for one image.
        self._location = cache(lambda image: mirrors.locate(ImageName.parse(image)))
        self._backend = cache(lambda image: settings.of(ImageName.parse(image).host).backend)

    async def digest(self, image: str, reference: str) -> str | None:
        """Give the digest that a tag or digest of `image` stands for; None when it is not there."""
        found = await self.described(image, reference)
        return found.digest if found else None

    async def described(self, image: str, reference: str) -> Description | None:
        """Give the digest and the type of what a tag or digest stands for; None when it is not there."""
        answer = await self._read("HEAD", image, "manifests", reference)
        if answer is None:
            return None
        if digest := answer.headers.get("Docker-Content-Digest"):
            return Description(digest, answer.headers.get("Content-Type", ""))
        manifest = await self.manifest(image, reference)
        return Description(manifest.digest, manifest.media_type) if manifest else None

    async def manifest(self, image: str, reference: str) -> StoredManifest | None:
        """Give the manifest of a tag or digest; None when the registry does not have it."""
        answer = await self._read("GET", image, "manifests", reference)
        if answer is None:
            return None
        digest = digest_of(answer.body)
        if reference.startswith("sha256:") and digest != reference:
            raise UnmetError(f"{image}@{reference}: the registry served {digest} instead")
        return StoredManifest(digest, answer.headers.get("Content-Type", ""), answer.body)

    async def tag(self, image: str, tag: str, manifest: StoredManifest) -> None:
        """Put `tag` on `manifest`, which is already in the same repository."""

        async def settled() -> bool:
            return await self.digest(image, tag) == manifest.digest

        if self._backend(image) == "gcloud":
            try:
                await self._gcloud.add(image, manifest.digest, tag)
            except CommandError:
                # The registry may have written the tag and failed afterwards, like a request whose answer is lost.
                if not await settled():
                    raise
            return
        location = self._location(image)
        request = HttpRequest(
            "PUT",
            location.url("manifests", tag),
            {"Content-Type": manifest.media_type},
            manifest.content,
            self._scope(location, writes=True),
        )
        answer = await self._transport.send(request, settled)
        if answer.status not in (200, 201, 202):
            raise self._refusal(f"{image}:{tag}", answer, location)
        written = answer.headers.get("Docker-Content-Digest")
        if written and written != manifest.digest:
            raise UnmetError(f"{image}:{tag}: the registry stored {written}, not {manifest.digest}")

    async def delete(self, image: str, reference: str) -> bool:
        """Delete a tag, or by its digest a manifest with all its tags; False where tags cannot be deleted."""

        async def gone() -> bool:
            return await self.digest(image, reference) is None

        location = self._location(image)
        # Google's registries have scopes for reading and writing only.
        scope = self._scope(location, writes=True, deletes=not self.lists_digests(image))
        request = HttpRequest("DELETE", location.url("manifests", reference), scope=scope)
        answer = await self._transport.send(request, gone)
        if answer.status in (200, 201, 202, 204, 404):
            return True
        # docker-registry rejects a tag here as a malformed digest; others answer that they do not support it.
        if answer.status in (400, 405) and not reference.startswith("sha256:"):
            return False
        raise self._refusal(f"{image}: {reference}", answer, location)

    async def listing(self, image: str) -> TagListing:
        """List the tags of `image`, all pages; empty for a repository that does not exist."""
        tags: list[str] = []
        location = self._location(image)
        url = location.url("tags", "list")
        while True:
            # A link to another host is followed without a token.
            scope = self._scope(location) if url.startswith(f"{location.origin}/") else None
            answer = await self._transport.send(HttpRequest("GET", url, scope=scope))
            if answer.status == 404:
                return TagListing()
            if answer.status != 200:
                raise self._refusal(image, answer, location)
            page = _json_object(answer.body, f"the list of tags of {image}")
            tags += page.get("tags") or ()
            following = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]
            if not following:
                return TagListing(tuple(tags), builds(page), tuple(page.get("child") or ()))
            split(following)
            url = urljoin(url, following)

    def lists_digests(self, image: str) -> bool:
        """Whether the list of `image` names a digest for each tag, as Google's registries do."""
        return is_google(ImageName.parse(image).host)

    async def configuration(self, image: str, digest: str) -> dict[str, Any]:
        """Give the configuration of an image, or of an index's first image; empty without one."""
        manifest = await self.manifest(image, digest)
        document = manifest.document if manifest else {}
        if children := document.get("manifests"):
            return await self.configuration(image, children[0]["digest"])
        blob = document.get("config", {}).get("digest")
        answer = await self._read("GET", image, "blobs", blob) if blob else None
        if answer and digest_of(answer.body) != blob:
            raise UnmetError(f"{image}@{digest}: the registry served a damaged configuration")
        return _json_object(answer.body, f"the configuration of {image}") if answer else {}

    async def _read(self, method: str, image: str, *parts: str) -> HttpAnswer | None:
        location = self._location(image)
        request = HttpRequest(method, location.url(*parts), {"Accept": ACCEPT}, scope=self._scope(location))
        answer = await self._transport.send(request)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise self._refusal(f"{image}: {parts[-1]}", answer, location)
        return answer

    def _scope(self, location: Location, *, writes: bool = False, deletes: bool = False) -> Scope:
        return Scope(location.origin.partition("://")[2], location.repository, writes, deletes)

    def _refusal(self, what: str, answer: HttpAnswer, location: Location) -> PreconditionError:
        try:
            errors = json.loads(answer.body)["errors"]
            said = "; ".join(f"{error['code']}: {error.get('message', '')}" for error in errors)[:300]
        except (ValueError, KeyError, TypeError):
            said = ""
        host = location.origin.partition("://")[2]
        return PreconditionError(
            f"{what}: {host} answers HTTP {answer.status}" + (f" ({said})" if said else ""),
            self._transport.login_hint(host) if answer.status in DENIED else "",
        )


def digest_of(content: bytes) -> str:
    """Give the digest of `content`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json_object(content: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UnmetError(f"{what} is not a JSON object: check that this address is a registry")
    return found
