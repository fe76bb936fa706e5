"""One HTTP exchange with a registry: one request, one answer, no retry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

import aiohttp

from releasing.clients.registry.location import split
from releasing.clients.registry.traffic import Traffic
from releasing.errors import UnmetError

REDIRECTS = 5
MOST = 8 << 20  # bytes of an answer; a manifest may have four
MOVED = {301, 302, 303, 307, 308}


class BrokenConnectionError(aiohttp.ClientError):
    """The connection ended before the answer was complete: the request may or may not have taken effect."""


@dataclass(frozen=True)
class Scope:
    """What a token is valid for: one repository of one registry host, to read, to write or to delete."""

    host: str
    repository: str
    writes: bool = False
    deletes: bool = False

    @property
    def right(self) -> str:
        """The highest right that a request needs."""
        return "delete" if self.deletes else "push" if self.writes else "pull"

    def __str__(self) -> str:
        return f"repository:{self.repository}:{'pull' if self.right == 'pull' else f'pull,{self.right}'}"


@dataclass(frozen=True)
class HttpRequest:
    """A request; with a `scope`, an Authorization header is added when it is sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    scope: Scope | None = None
    most: int = MOST

    @property
    def host(self) -> str:
        """The HOST[:PORT] of its address."""
        return self.scope.host if self.scope else split(self.url).netloc


@dataclass(frozen=True)
class HttpAnswer:
    """A complete answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def challenge(self) -> str:
        """What it says about how to authenticate."""
        return self.all("WWW-Authenticate")

    def all(self, header: str) -> str:
        """The value of a header that may come once or several times."""
        return ", ".join(text for name, text in self.headers.items() if name.lower() == header.lower())


def session(connections: int, timeout: float) -> aiohttp.ClientSession:
    """Open kept-alive connections for one run; `timeout` is for each request."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=connections),
        timeout=aiohttp.ClientTimeout(total=timeout),
        # Digests are computed from the stored bytes.
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,
        middlewares=(_once,),
    )


async def exchange(
    session: aiohttp.ClientSession, request: HttpRequest, authorization: str | None, traffic: Traffic
) -> HttpAnswer:
    """Send `request` now, following redirects; only the first host gets the Authorization header.

    Raises aiohttp.ClientError or OSError without an answer, PreconditionError for an unsafe address.
    """
    url = request.url
    for _ in range(REDIRECTS):
        way = traffic.way(url)
        headers = {**request.headers, "Authorization": authorization} if authorization else request.headers
        if way.host != request.host:
            headers = {name: text for name, text in headers.items() if name != "Authorization"}
        answer = await _exchange(session, request, url, headers, way.proxy)
        location = answer.headers.get("Location")
        if answer.status not in MOVED or request.method not in ("GET", "HEAD") or not location:
            return answer
        split(location)
        url = urljoin(url, location)
        await traffic.turn(traffic.way(url).host)
    raise aiohttp.ClientError(f"more than {REDIRECTS} redirects")


async def _exchange(
    session: aiohttp.ClientSession,
    request: HttpRequest,
    url: str,
    headers: Mapping[str, str],
    proxy: str | None,
) -> HttpAnswer:
    async with session.request(
        request.method, url, headers=headers, data=request.body, allow_redirects=False, proxy=proxy
    ) as response:
        return HttpAnswer(response.status, response.headers, await _body(response, request))


async def _body(response: aiohttp.ClientResponse, request: HttpRequest) -> bytes:
    """The whole body; UnmetError for one that is larger than what is asked for can be, or has no end."""
    parts, size = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > request.most:
            # The rest is left where it is.
            response.close()
            raise UnmetError(
                f"{request.host}: the answer to {request.method} {split(request.url).path} has more than"
                f" {request.most >> 20} MiB",
                "is this address a registry?",
            )
    return b"".join(parts)


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Stop aiohttp from repeating a PUT by itself after a broken connection: the registry is read first."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise BrokenConnectionError(f"connection broken: {error}") from None
