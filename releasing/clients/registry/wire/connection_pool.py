"""Kept connections to any number of hosts: the one used last is used again, while it is there."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, cached_property
from urllib.parse import urlsplit

from releasing.clients.registry.wire.answer_head import BrokenConnectionError
from releasing.clients.registry.wire.connection import Connection, Received

IDLE = 15.0  # seconds; gateways forget a connection later than that, without a word
ORDINARY = re.compile(r"(https?)://([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?/[!-~]*\Z", re.ASCII)
AGENT = "release"


def is_ordinary(url: str) -> bool:
    """Whether `url` can be sent as it is: with a host and a path in plain ASCII, and nobody's name in it."""
    return ORDINARY.match(url) is not None


class ConnectionPool:
    """Connections that are opened when they are needed; `timeout` is for each request, in seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._idle: dict[str, list[tuple[float, Connection]]] = defaultdict(list)
        self._origin = cache(_origin)

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int
    ) -> Received:
        """Give the answer of the host of an ordinary `url`; raises OSError, ValueError for a header that is none."""
        place = url.index("/", 8)
        origin, target = url[:place], url[place:].partition("#")[0]
        question = _question(method, target, origin.partition("://")[2], headers, body)
        connection = self._kept(origin) or await self._opened(origin)
        connection.expire_in(self._timeout)
        try:
            answer = await connection.ask(question, head_only=method == "HEAD", most=most)
        except BaseException:
            connection.close()
            raise
        if connection.usable:
            self._idle[origin].append((asyncio.get_running_loop().time(), connection))
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close what is kept."""
        for kept in self._idle.values():
            for _, connection in kept:
                connection.close()
        self._idle.clear()

    def _kept(self, origin: str) -> Connection | None:
        kept = self._idle[origin]
        while kept:
            since, connection = kept.pop()
            if connection.usable and asyncio.get_running_loop().time() - since < IDLE:
                return connection
            connection.close()
        return None

    async def _opened(self, origin: str) -> Connection:
        secure, host, port = self._origin(origin)
        try:
            async with asyncio.timeout(self._timeout):
                _, connection = await asyncio.get_running_loop().create_connection(
                    Connection, host, port, ssl=self._tls if secure else None, happy_eyeballs_delay=0.25
                )
        except TimeoutError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise BrokenConnectionError(f"its certificate is not valid: {error.verify_message}") from None
        except OSError as error:
            raise BrokenConnectionError(f"no connection: {error.strerror or error}") from None
        return connection

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


def _origin(origin: str) -> tuple[bool, str, int]:
    parts = urlsplit(origin)
    secure = parts.scheme == "https"
    return secure, parts.hostname or "", parts.port or (443 if secure else 80)


def _question(method: str, target: str, host: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {AGENT}",
        "Accept-Encoding: identity",
    ]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    text = "\n".join(lines)
    if text.count("\n") >= len(lines) or "\r" in text or "\0" in text:
        raise ValueError("a header with the end of a line in it")
    return f"{text}\n\n".replace("\n", "\r\n").encode() + (body or b"")
