"""One kept-alive connection: a request is written whole, and its answer is read whole."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from multidict import CIMultiDict

from releasing.clients.registry.wire.answer_head import MOST_HEAD, AnswerHead, BrokenConnectionError

LINE = 4096  # bytes of the line before a chunk


class OverlongAnswerError(BrokenConnectionError):
    """An answer that is larger than what is asked for can be."""


class Received(NamedTuple):
    """A complete answer."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


class Connection(asyncio.Protocol):
    """Asks one question at a time; once it is not `usable` it must be closed, and another one opened."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._held = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._asking = False
        self._ended = False
        self._reusable = True
        self._why: Exception | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember what to write to."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a stream it always is
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take in a part of an answer; what nobody asked for ends the connection."""
        if not self._asking:
            self.close()
            return
        self._held += data
        self._wake()

    def eof_received(self) -> None:
        """Nothing more comes."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more comes, because of `exc` if there is one."""
        self._ended, self._why = True, exc
        self._wake()

    @property
    def usable(self) -> bool:
        """Whether another question can be asked."""
        return self._reusable and not self._ended

    def close(self) -> None:
        """End the connection at once; what was not read is lost."""
        self._reusable = False
        self._stop_timer()
        if self._transport:
            self._transport.abort()

    def expire_in(self, seconds: float) -> None:
        """Let the question that comes next end with TimeoutError after so long."""
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + seconds
        # One timer serves all questions of its time: setting one for each takes as long as sending it.
        if self._timer is None or self._timer.when() > self._deadline:
            self._stop_timer()
            self._timer = loop.call_at(self._deadline, self._expire)

    def _expire(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        if not self._asking:
            return
        if loop.time() < self._deadline:
            self._timer = loop.call_at(self._deadline, self._expire)
        elif self._waiter and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def ask(self, question: bytes, *, head_only: bool, most: int) -> Received:
        """Give the answer to `question`, its body of at most `most` bytes; raises OSError, and is then not usable."""
        if self._transport is None or not self.usable:
            raise BrokenConnectionError("connection broken: it was closed")
        reusable, self._reusable, self._asking = self._reusable, False, True
        self._transport.write(question)
        head = await self._head()
        body = b"" if head_only or head.has_no_body else await self._body(head, most)
        self._asking = False
        # More than the answer is the beginning of one that nobody asked for.
        self._reusable = reusable and head.keeps_alive and not self._held
        return Received(head.status, head.headers, body)

    async def _head(self) -> AnswerHead:
        while True:
            await self._until(b"\r\n\r\n", MOST_HEAD, "its headers have no end")
            head = AnswerHead.parse(self._taken(self._held.index(b"\r\n\r\n") + 4))
            if not head.is_interim:
                return head

    async def _body(self, head: AnswerHead, most: int) -> bytes:
        if head.is_chunked:
            return await self._chunks(most)
        length = head.length
        if length is None:
            # It ends with the connection.
            self._reusable = False
            while not self._ended:
                await self._more()
                self._bound(len(self._held), most)
            if self._why:
                raise BrokenConnectionError(f"connection broken: {self._why}")
            return self._taken(len(self._held))
        self._bound(length, most)
        await self._at_least(length)
        return self._taken(length)

    async def _chunks(self, most: int) -> bytes:
        parts, total = [], 0
        while True:
            line = await self._line()
            digits = line.partition(b";")[0].strip()
            if not digits or len(digits) > 16 or digits.strip(b"0123456789abcdefABCDEF"):
                raise BrokenConnectionError("connection broken: a chunk without its length")
            size = int(digits, 16)
            total += size
            self._bound(total, most)
            if not size:
                break
            await self._at_least(size + 2)
            parts.append(self._taken(size + 2)[:-2])
        trailers = 0
        while line := await self._line():
            trailers += len(line)
            self._bound(trailers, MOST_HEAD)
        return b"".join(parts)

    async def _line(self) -> bytes:
        await self._until(b"\r\n", LINE, "a chunk without its length")
        return self._taken(self._held.index(b"\r\n") + 2)[:-2]

    async def _until(self, end: bytes, most: int, otherwise: str) -> None:
        searched = 0
        while (found := self._held.find(end, searched)) < 0:
            searched = max(0, len(self._held) - len(end))
            if searched > most:
                break
            await self._more()
        if found < 0 or found > most:
            raise BrokenConnectionError(f"connection broken: {otherwise}")

    async def _at_least(self, size: int) -> None:
        while len(self._held) < size:
            await self._more()

    async def _more(self) -> None:
        """Wait for more of the answer."""
        if self._ended:
            raise BrokenConnectionError(f"connection broken: {self._why or 'the answer is not complete'}")
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _bound(self, size: int, most: int) -> None:
        if size > most:
            raise OverlongAnswerError(f"an answer of more than {most} bytes")
