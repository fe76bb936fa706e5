#!/usr/bin/env python3
"""A registry that costs next to nothing: one manifest in every repository, and tags that are only noted.

It prints its port, and answers on loopback until it is killed.
"""

from __future__ import annotations

import asyncio
import hashlib

TYPE = "application/vnd.oci.image.manifest.v1+json"
MANIFEST = (
    b'{"schemaVersion": 2, "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest":'
    b' "sha256:' + b"a" * 64 + b'"}, "layers": [], "annotations": {"note": "' + b"x" * 700 + b'"}}'
)
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
HEAD = f"Content-Type: {TYPE}\r\nDocker-Content-Digest: {DIGEST}\r\nContent-Length: "
FOUND = f"HTTP/1.1 200 OK\r\n{HEAD}{len(MANIFEST)}\r\n\r\n".encode()
WRITTEN = f"HTTP/1.1 201 Created\r\n{HEAD}0\r\n\r\n".encode()
ABSENT = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class FreeRegistry(asyncio.Protocol):
    """Answers requests of one connection, one after the other."""

    tags: set[bytes] = set()  # noqa: RUF012 - of all connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self.transport = transport
        self.held = b""

    def data_received(self, data: bytes) -> None:
        """Answer what is whole."""
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            head = self.held[:end]
            length = head.partition(b"Content-Length: ")[2].partition(b"\r")[0]
            size = end + 4 + int(length or 0)
            if len(self.held) < size:
                return
            self.held = self.held[size:]
            method, path, _ = head.split(b" ", 2)
            self.transport.write(self.answer(method, path))  # type: ignore[attr-defined]

    def answer(self, method: bytes, path: bytes) -> bytes:
        """A whole answer."""
        if method == b"PUT":
            self.tags.add(path)
            return WRITTEN
        if path not in self.tags and not path.endswith(DIGEST.encode()):
            return ABSENT
        return FOUND if method == b"HEAD" else FOUND + MANIFEST


async def serve() -> None:
    """Listen until the end."""
    server = await asyncio.get_running_loop().create_server(FreeRegistry, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
