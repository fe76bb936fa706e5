"""Requests behind a proxy, and to addresses that only a general client understands: aiohttp, loaded when needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from multidict import CIMultiDict

from releasing.clients.registry.wire.answer_head import BrokenConnectionError
from releasing.clients.registry.wire.connection import OverlongAnswerError, Received

if TYPE_CHECKING:
    import aiohttp


class GeneralClient:
    """At most `connections` to each host; `timeout` is for each request, in seconds."""

    def __init__(self, connections: int, timeout: float) -> None:
        self._connections, self._timeout = connections, timeout
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        most: int,
        proxy: str | None,
    ) -> Received:
        """Give the answer, its body of at most `most` bytes; raises OSError."""
        import aiohttp  # noqa: PLC0415 - takes longer to load than most requests take

        session = self._session or self._opened()
        try:
            async with session.request(
                method, url, headers=headers, data=body, allow_redirects=False, proxy=proxy
            ) as response:
                return Received(response.status, CIMultiDict(response.headers), await _body(response, most))
        except TimeoutError:
            raise
        except aiohttp.ClientError as error:
            raise BrokenConnectionError(f"connection broken: {error}") from None

    async def close(self) -> None:
        """Close its connections."""
        if self._session:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp  # noqa: PLC0415

        async def once(
            request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
        ) -> aiohttp.ClientResponse:
            """Stop aiohttp from repeating a PUT by itself after a broken connection: the registry is read first."""
            try:
                return await handler(request)
            except aiohttp.ClientConnectorError:
                raise
            except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
                raise BrokenConnectionError(f"connection broken: {error}") from None

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=self._connections),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            # Digests are computed from the stored bytes.
            headers={"Accept-Encoding": "identity"},
            auto_decompress=False,
            middlewares=(once,),
        )
        return self._session


async def _body(response: aiohttp.ClientResponse, most: int) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > most:
            # The rest is left where it is.
            response.close()
            raise OverlongAnswerError(f"an answer of more than {most} bytes")
    return b"".join(parts)
