"""A proxy on loopback before a real registry, which goes wrong by rule and remembers what it was asked.

Whether a request meets a rule that is left to chance depends on the seed, the request and how often it came before,
never on the order in which requests arrive: a campaign goes the same way each time.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from random import Random
from threading import Condition, Thread

import aiohttp


@dataclass(frozen=True)
class Asked:
    """A request as it came; `deserted` waits until whoever asked has gone away."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    deserted: Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Reply:
    """An answer as it goes out; the connection ends before the body does when `cut`."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False


# Is given the request and what passes it on; gives None to end the connection without an answer.
Fault = Callable[[Asked, Callable[[], Awaitable[Reply]]], Awaitable[Reply | None]]


@dataclass(frozen=True)
class Rule:
    """Which requests meet `fault`: by method and path, and of those the `nth` (from 1; all when empty)."""

    fault: Fault
    method: str = ""
    path: str = ""
    nth: Collection[int] = ()
    chance: float = 1.0

    def takes(self, asked: Asked) -> bool:
        return bool(re.fullmatch(self.method or ".*", asked.method) and re.search(self.path, asked.path))


@dataclass
class FaultProxy:
    """Set `rules`, of which the first that strikes counts; `asked` is every request with what became of it."""

    url: str = ""
    rules: Collection[Rule] = ()
    seed: int = 0
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    _met: Counter[object] = field(default_factory=Counter)
    _busy: int = 0
    _quiet: Condition = field(default_factory=Condition)

    @property
    def writes(self) -> list[str]:
        """The paths of the tags whose writing reached the registry."""
        return [path for method, path, what in self.asked if method == "PUT" and what == "passed on"]

    @property
    def methods(self) -> Counter[str]:
        """How many requests came with each method."""
        return Counter(method for method, _, _ in self.asked)

    def forget(self, *rules: Rule) -> None:
        """Begin again, with other rules, once every request that came has ended."""
        self.settle()
        self.rules = rules
        self.asked.clear()
        self._met.clear()

    def settle(self) -> None:
        """Wait until every request that came has ended: a killed program's may still be on their way."""
        with self._quiet:
            self._quiet.wait_for(lambda: not self._busy)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count a request in."""
        with self._quiet:
            self._busy += 1
        try:
            yield
        finally:
            with self._quiet:
                self._busy -= 1
                self._quiet.notify_all()

    def struck(self, asked: Asked) -> Rule | None:
        """Find the rule that `asked` meets."""
        self._met[asked.method, asked.path] += 1
        for place, rule in enumerate(self.rules):
            if rule.takes(asked):
                self._met[place] += 1
                times = self._met[asked.method, asked.path]
                dice = Random(f"{self.seed} {place} {asked.method} {asked.path} {times}").random()
                if dice < rule.chance and (not rule.nth or self._met[place] in rule.nth):
                    return rule
        return None


def says(status: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer in the registry's place; a header's name is written with _ for -."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}

    async def fault(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
        return Reply(status, named, body)

    return fault


async def says_until_a_date(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
    """Throttle until the next full second but one."""
    until = datetime.now(UTC) + timedelta(seconds=1)
    return Reply(429, {"Retry-After": format_datetime(until, usegmt=True)})


async def drops(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> None:
    """End the connection, and pass nothing on."""


async def loses(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> None:
    """Pass the request on, and end the connection instead of the answer."""
    await forward()


async def dawdles(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
    """Pass the request on so late that nobody waits any longer."""
    await asked.deserted()
    return await forward()


async def answers_late(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
    """Pass the request on, and hold the answer back until nobody waits any longer."""
    reply = await forward()
    await asked.deserted()
    return reply


async def cuts(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
    """Send half of the answer's body, of its head when there is no body."""
    return replace(await forward(), cut=True)


def gives(body: bytes) -> Fault:
    """Give another body than the registry's, under all its headers."""

    async def fault(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
        return replace(await forward(), body=body)

    return fault


def claims(digest: str) -> Fault:
    """Name another digest than the registry did."""

    async def fault(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = await forward()
        return replace(reply, headers={**reply.headers, "Docker-Content-Digest": digest})

    return fault


async def squeezes(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
    """Compress the body for those who say that they can take it."""
    reply = await forward()
    if "gzip" not in asked.headers.get("Accept-Encoding", "") or not reply.body:
        return reply
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    return replace(reply, headers=headers, body=gzip.compress(reply.body))


async def babbles(asked: Asked, forward: Callable[[], Awaitable[Reply]]) -> Reply:
    """Answer with what is not HTTP."""
    return Reply(0, {}, b"\x00\xff nonsense\r\n\r\n", cut=True)


@contextmanager
def fault_proxy(upstream: str) -> Iterator[FaultProxy]:
    """Run a FaultProxy before the registry at `upstream`, in a thread."""
    proxy = FaultProxy()
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    serving = _Serving(proxy, upstream)
    try:
        port = asyncio.run_coroutine_threadsafe(serving.begin(), loop).result()
        proxy.url = f"http://127.0.0.1:{port}"
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(serving.end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Serving:
    def __init__(self, proxy: FaultProxy, upstream: str) -> None:
        self._proxy = proxy
        self._upstream = upstream
        self._connections: set[asyncio.Task[None]] = set()

    async def begin(self) -> int:
        self._session = aiohttp.ClientSession(auto_decompress=False)
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def end(self) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._session.close()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := await _read(reader):
                with self._proxy.busy():
                    reply = await self._reply(asked)
                writer.write(_bytes(asked, reply) if reply else b"")
                if reply is None or reply.cut:
                    break
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, aiohttp.ClientError):
            pass  # the program has gone, as killed ones do
        finally:
            writer.close()

    async def _reply(self, asked: Asked) -> Reply | None:
        rule = self._proxy.struck(asked)
        passed: list[Reply] = []

        async def forward() -> Reply:
            passed.append(await self._forward(asked))
            return passed[0]

        try:
            return await rule.fault(asked, forward) if rule else await forward()
        finally:
            self._proxy.asked.append((asked.method, asked.path, "passed on" if passed else "kept back"))

    async def _forward(self, asked: Asked) -> Reply:
        url = f"{self._upstream}{asked.path}"
        async with self._session.request(
            asked.method, url, headers=asked.headers, data=asked.body or None, allow_redirects=False
        ) as answer:
            return Reply(answer.status, dict(answer.headers), await answer.read())


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.title(): text.strip() for name, _, text in (line.partition(":") for line in head[1:-2])}
    body = await reader.readexactly(int(headers.get("Content-Length", 0)))
    return Asked(method, path, headers, body, reader.read)


def _bytes(asked: Asked, reply: Reply) -> bytes:
    if not reply.status:
        return reply.body
    headers = {name.title(): text for name, text in reply.headers.items()}
    headers.pop("Transfer-Encoding", None)
    headers.setdefault("Content-Length", str(len(reply.body)))
    if asked.method != "HEAD":
        headers["Content-Length"] = str(len(reply.body))
    lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    head = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n{lines}\r\n".encode()
    body = b"" if asked.method == "HEAD" else reply.body
    if reply.cut:
        return head + body[: len(body) // 2] if body else head[: len(head) // 2]
    return head + body
