"""The least that any program has to ask of a registry, over plain sockets: what ours is compared with.

It trusts the registry, knows no errors, and reads of each answer only its status and its length.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar
from urllib.parse import urlsplit

from releasing.clients.registry.documents import ACCEPT
from releasing.clients.registry.transport import CONNECTIONS
from releasing.image import ImageRef

T = TypeVar("T")
TYPE = "application/vnd.oci.image.manifest.v1+json"


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer = reader, writer
        self._host = host

    async def ask(self, method: str, path: str, headers: str = "", body: bytes = b"") -> bytes:
        """Send a request; gives the body of the answer, which has to be 200 or 201."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n{headers}\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if answer[9:12] not in (b"200", b"201"):
            raise SystemExit(f"{method} {path}: {answer.decode()}")
        length = int(answer.partition(b"Content-Length: ")[2].partition(b"\r")[0])
        return await self._reader.readexactly(length) if length and method != "HEAD" else b""

    def close(self) -> None:
        """Close it."""
        self._writer.close()


def write(url: str, tags: Iterable[ImageRef]) -> None:
    """Read the manifest of each digest once, then put each tag on its own: quicker than turn by turn."""
    manifests: dict[tuple[str, str], bytes] = {}

    async def read(connection: Connection, name: tuple[str, str]) -> None:
        path = f"/v2/{name[0]}/manifests/{name[1]}"
        manifests[name] = await connection.ask("GET", path, f"Accept: {ACCEPT}\r\n")

    async def put(connection: Connection, tag: ImageRef) -> None:
        body = manifests[tag.name, tag.digest]
        headers = f"Content-Type: {TYPE}\r\nContent-Length: {len(body)}\r\n"
        await connection.ask("PUT", f"/v2/{tag.name}/manifests/{tag.tag}", headers, body)

    asyncio.run(_crowd(url, dict.fromkeys((tag.name, tag.digest) for tag in tags), read))
    asyncio.run(_crowd(url, tags, put))


def look(url: str, tags: Iterable[ImageRef]) -> None:
    """Ask for the digest of each tag."""

    async def head(connection: Connection, tag: ImageRef) -> None:
        await connection.ask("HEAD", f"/v2/{tag.name}/manifests/{tag.tag}", f"Accept: {ACCEPT}\r\n")

    asyncio.run(_crowd(url, tags, head))


async def _crowd(url: str, parts: Iterable[T], work: Callable[[Connection, T], Awaitable[None]]) -> None:
    address = urlsplit(url)
    ahead = iter(parts)

    async def worker() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        connection = Connection(reader, writer, address.netloc)
        for part in ahead:
            await work(connection, part)
        connection.close()

    await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
