"""A rehearsal registry that goes wrong on request, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, dump
from releasing.rehearsal.registry.layout import OCI_INDEX, OCI_MANIFEST
from releasing.rehearsal.registry.small_images import push
from tests.support.registries import rehearsal_registry

CREATED = "2018-07-07T16:34:49.5Z"
PROJECT = "gcr.io/kubeflow-images-public"
Fault = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


@dataclass
class Faulty:
    """Set `fault` to answer in the registry's place; `asked` is every request so far."""

    url: str = ""
    fault: Fault | None = None
    asked: list[str] = field(default_factory=list)

    async def __call__(self, request: web.Request) -> web.StreamResponse | None:
        self.asked.append(f"{request.method} {request.path}")
        return await self.fault(request) if self.fault else None

    @property
    def environment(self) -> dict[str, str]:
        return {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={self.url}/gcr.io", "HOME": "/nonexistent"}

    @property
    def writes(self) -> list[str]:
        return [line for line in self.asked if line.startswith("PUT") and "/manifests/" in line]


@contextmanager
def faulty_registry(folder: Path) -> Iterator[Faulty]:
    """Run a Faulty with its layouts in `folder`."""
    faulty = Faulty()
    with rehearsal_registry(folder, faulty) as faulty.url:
        yield faulty


def pushed(
    url: str, *names: str, tag: str = "v20180707-5a11c84d", also: tuple[str, ...] = ()
) -> dict[str, str]:
    """Push a small image for each name, with further tags; gives their digests."""
    return {name: push(url, f"{PROJECT}/{name}", tag, {"build": tag}, CREATED, also) for name in names}


def listing(digests: dict[str, str], tag: str) -> bytes:
    """Give an image_tags.yaml with `tag` on each digest."""
    images = [
        ImageRow(f"{PROJECT}/{name}", (TaggedDigest(digest, (tag,)),)) for name, digest in digests.items()
    ]
    return dump(ImageTags(tuple(images)).ordered())


def fetched(url: str, path: str) -> tuple[str, bytes]:
    """Give the type and the bytes of a manifest, read without our own client."""
    connection = HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", f"/v2/{path}", headers={"Accept": f"{OCI_MANIFEST}, {OCI_INDEX}"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.headers["Content-Type"], content


def stored(url: str, path: str, media_type: str, content: bytes) -> str:
    """Put a manifest without our own client; gives the digest that the registry answers."""
    connection = HTTPConnection(urlsplit(url).netloc)
    connection.request("PUT", f"/v2/{path}", content, {"Content-Type": media_type})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    assert answer.status == 201, said
    return str(answer.headers["Docker-Content-Digest"])


def index_of(url: str, name: str, digest: str) -> bytes:
    """Give an index whose only image is `digest`, written unusually so that writing it anew would show."""
    _, content = fetched(url, f"{PROJECT}/{name}/manifests/{digest}")
    entry = {"size": len(content), "digest": digest, "mediaType": OCI_MANIFEST}
    return json.dumps({"manifests": [entry], "mediaType": OCI_INDEX, "schemaVersion": 2}, indent=3).encode()


def answers(body: bytes, status: int = 200) -> Fault:
    """Give that body to every question, and no digest with it."""

    async def fault(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=status, body=b"" if request.method == "HEAD" else body)

    return fault


def without_end(told: bool) -> Fault:
    """Answer for as long as somebody reads; `told` says so many bytes before."""

    async def fault(request: web.Request) -> web.StreamResponse | None:
        if request.method == "HEAD":
            return None
        response = web.StreamResponse(headers={"Content-Length": str(1 << 40)} if told else {})
        await response.prepare(request)
        try:
            while True:
                await response.write(b"[" * (1 << 20))
        except (ConnectionError, RuntimeError):
            return response

    return fault
