"""A client of the OCI distribution API: digests, manifests, tags, image configurations.

Manifests are passed on byte for byte, with the type they were served with: a manifest that is serialized again
would have another digest.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from releasing.clients.registry.auth.gcloud import Tagger
from releasing.clients.registry.auth.tokens import DENIED
from releasing.clients.registry.documents import (
    ACCEPT,
    Description,
    StoredManifest,
    digest_of,
    json_object,
    plain_type,
)
from releasing.clients.registry.http import HttpAnswer, HttpRequest, Scope, session
from releasing.clients.registry.listing import Pages, TagListing
from releasing.clients.registry.location import VARIABLE, Location, Mirrors, is_google
from releasing.clients.registry.settings import Settings
from releasing.clients.registry.traffic import Traffic
from releasing.clients.registry.transport import CONNECTIONS, Patience, Transport
from releasing.errors import CommandError, PreconditionError, UnmetError
from releasing.image import DIGEST, TAG, ImageName

# With these a registry, or what stands before it, says that it does not know HEAD of what it gives.
ASK_BY_GET = {400, 404, 405, 406, 501}
UNCHANGED = 304
ANY_DIGEST = re.compile(r"[a-z0-9]+([+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+")
LIST_BYTES = 64 << 20  # of a page; Google's have some 300 for each digest
LIST_SECONDS = 600.0
NESTED = 5  # indexes that lead to an image


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
        self._without_head: set[str] = set()
        # Needed for every request, and always the same for one image.
        self._location = cache(lambda image: mirrors.locate(ImageName.parse(image)))
        self._backend = cache(lambda image: settings.of(ImageName.parse(image).host).backend)

    async def digest(self, image: str, reference: str, written: str = "") -> str | None:
        """Give the digest that a tag or digest of `image` stands for; None when it is not there.

        `written` is the digest of a manifest that was put there just now: a registry may say that it is still so.
        """
        found = await self.described(image, reference, written)
        return found.digest if found else None

    async def described(self, image: str, reference: str, written: str = "") -> Description | None:
        """Give the digest and the type of what a tag or digest stands for; None when it is not there.

        It is not there only when GET says so as well: some registries do not know HEAD.
        """
        origin = self._location(image).origin
        if origin not in self._without_head and (found := await self.glimpsed(image, reference, written)):
            return found
        manifest = await self.manifest(image, reference)
        if manifest is None:
            return None
        self._without_head.add(origin)
        return Description(manifest.digest, manifest.media_type)

    async def glimpsed(self, image: str, reference: str, written: str = "") -> Description | None:
        """Give the same as far as HEAD tells: None may also mean that this registry does not answer that."""
        # Only of what was just written: docker-registry answers that way without looking whether a manifest is there.
        condition = {"If-None-Match": f'"{written}"'} if written else {}
        answer = await self._read("HEAD", image, "manifests", reference, condition=condition)
        if answer and answer.status == UNCHANGED:
            return Description(written)
        digest = answer.headers.get("Docker-Content-Digest", "") if answer else ""
        if not answer or not ANY_DIGEST.fullmatch(digest) or (":" in reference and digest != reference):
            return None
        return Description(digest, plain_type(answer.headers.get("Content-Type", "")))

    async def manifest(self, image: str, reference: str) -> StoredManifest | None:
        """Give the manifest of a tag or digest; None when the registry does not have it."""
        answer = await self._read("GET", image, "manifests", reference)
        if answer is None:
            return None
        found = StoredManifest.served(answer.body, answer.headers.get("Content-Type", ""))
        if reference.startswith("sha256:") and found.digest != reference:
            raise UnmetError(f"{image}@{reference}: the registry served {found.digest} instead")
        json_object(found.content, f"what the registry serves as {image}: {reference}")
        return found

    async def tag(self, image: str, tag: str, manifest: StoredManifest) -> None:
        """Put `tag` on `manifest`, which is already in the same repository."""

        async def settled() -> bool:
            # Where HEAD is not known the tag is written again, which changes nothing.
            found = await self.glimpsed(image, tag)
            return found is not None and found.digest == manifest.digest

        if self._backend(image) == "gcloud":
            try:
                await self._gcloud.add(image, manifest.digest, tag)
            except CommandError:
                # It may have written and failed afterwards, like a request whose answer is lost.
                if await self.digest(image, tag) != manifest.digest:
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
        """List the tags of `image`, all pages; empty for a repository that is not there."""
        location = self._location(image)
        what = f"the list of tags of {image}"
        url = location.url("tags", "list")
        pages, deadline = Pages(what, url), time.monotonic() + LIST_SECONDS
        while url:
            # Another host that a link leads to gets no token.
            scope = self._scope(location) if url.startswith(f"{location.origin}/") else None
            answer = await self._transport.send(HttpRequest("GET", url, scope=scope, most=LIST_BYTES))
            if answer.status == 404 and not pages.begun:
                return TagListing()
            if answer.status != 200:
                raise self._refusal(image, answer, location)
            pages.add(json_object(answer.body, what))
            url = pages.following(url, answer.all("Link"))
            if time.monotonic() > deadline:
                raise UnmetError(f"{what} has no end within {LIST_SECONDS:.0f} s")
        return pages.listing

    def lists_digests(self, image: str) -> bool:
        """Whether the list of `image` names a digest for each tag, as Google's registries do."""
        return is_google(ImageName.parse(image).host)

    async def configuration(self, image: str, digest: str) -> dict[str, Any]:
        """Give the configuration of an image, or of an index's first image; empty without one."""
        manifest = await self.manifest(image, digest)
        for _ in range(NESTED):
            if manifest is None or not (first := manifest.first_image):
                break
            manifest = await self.manifest(image, first)
        blob = manifest.configuration if manifest else ""
        answer = await self._read("GET", image, "blobs", blob) if blob else None
        if answer and digest_of(answer.body) != blob:
            raise UnmetError(f"{image}@{digest}: the registry served a damaged configuration")
        return json_object(answer.body, f"the configuration of {image}") if answer else {}

    async def _read(
        self, method: str, image: str, *parts: str, condition: Mapping[str, str] | None = None
    ) -> HttpAnswer | None:
        if not (TAG.fullmatch(parts[-1]) or DIGEST.fullmatch(parts[-1])):
            # No registry has it, and in an address it would mean something else.
            return None
        location = self._location(image)
        headers = {"Accept": ACCEPT, **(condition or {})}
        request = HttpRequest(method, location.url(*parts), headers, scope=self._scope(location))
        answer = await self._transport.send(request)
        if answer.status == 404 or (method == "HEAD" and answer.status in ASK_BY_GET):
            return None
        if answer.status != 200 and not (condition and answer.status == UNCHANGED):
            raise self._refusal(f"{image}: {parts[-1]}", answer, location)
        return answer

    def _scope(self, location: Location, *, writes: bool = False, deletes: bool = False) -> Scope:
        return Scope(location.origin.partition("://")[2], location.repository, writes, deletes)

    def _refusal(self, what: str, answer: HttpAnswer, location: Location) -> PreconditionError:
        try:
            errors = json.loads(answer.body)["errors"]
            said = "; ".join(f"{error['code']}: {error.get('message', '')}" for error in errors)[:300]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            said = ""
        host = location.origin.partition("://")[2]
        return PreconditionError(
            f"{what}: {host} answers HTTP {answer.status}" + (f" ({said})" if said else ""),
            self._transport.login_hint(host) if answer.status in DENIED else "",
        )
