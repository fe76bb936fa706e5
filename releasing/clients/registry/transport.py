"""Requests with retries: after throttling, server errors and broken connections, within limits.

All workers of a registry host share a pause, because the host is overloaded and not a single connection.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import count

from releasing.clients.registry.auth.tokens import DENIED, Tokens
from releasing.clients.registry.http import HttpAnswer, HttpRequest, Session, exchange
from releasing.clients.registry.traffic import Traffic
from releasing.errors import UnreachableError

CONNECTIONS = 32  # more gains nothing, and passes the write quota of Google's Artifact Registry
AWAY = {502, 503, 504}
TRANSIENT = {429, 500} | AWAY
AGAIN = "repeat the same command: it does only what is missing"
AUTHORIZATIONS = 3  # none yet, one that has just expired, a fresh one


async def unsettled() -> bool:
    """Say that the request changed nothing, as is true for every read."""
    return False


@dataclass(frozen=True)
class Patience:
    """How often and how long to try, in seconds."""

    tries: int = 8
    throttled_tries: int = 20
    first_pause: float = 0.05
    longest_pause: float = 30.0
    longest_obeyed: float = 600.0
    timeout: float = 60.0


class Host:
    """What all workers of one registry host share."""

    def __init__(self, name: str, traffic: Traffic) -> None:
        self.name = name
        self._traffic = traffic
        self.connections = asyncio.Semaphore(CONNECTIONS)
        self.lost = ""
        self.silences = 0
        self._resume = 0.0

    @property
    def is_paused(self) -> bool:
        """Whether requests to this host are paused now."""
        return self._resume > asyncio.get_running_loop().time()

    def pause(self, seconds: float) -> None:
        """Pause all requests to this host for so long."""
        self._resume = max(self._resume, asyncio.get_running_loop().time() + seconds)

    def count(self, silent: bool) -> int:
        """Give the number of failures in a row; simultaneous failures of several workers count as one."""
        if not silent:
            self.silences = 0
        elif not self.is_paused:
            self.silences += 1
        return self.silences

    async def ready(self) -> None:
        """Wait until the host may get a request; raise UnreachableError once it is given up.

        Workers do not all continue at the same instant.
        """
        clock = asyncio.get_running_loop().time
        while True:
            while (left := self._resume - clock()) > 0:
                await asyncio.sleep(left * random.uniform(1, 1.1))  # noqa: S311 (jitter is no secret)
            if self.lost:
                raise UnreachableError(self.lost, AGAIN)
            # A pause that began meanwhile also holds for this worker, which then takes another turn.
            if not await self._traffic.turn(self.name) or not (self.is_paused or self.lost):
                return


class Transport:
    """Sends requests of one run; `notice` gets a line when a registry requires a long wait."""

    def __init__(
        self,
        session: Session,
        patience: Patience,
        environment: Mapping[str, str],
        traffic: Traffic,
        notice: Callable[[str], None],
    ) -> None:
        self._session = session
        self._traffic = traffic
        self._patience = patience
        self._notice = notice
        self._hosts: dict[str, Host] = {}
        self._tokens = Tokens(self.send, environment)

    async def send(
        self, request: HttpRequest, settled: Callable[[], Awaitable[bool]] = unsettled
    ) -> HttpAnswer:
        """Give the registry's answer, whatever its status; raises UnreachableError without an answer.

        A write may have succeeded although its answer was lost: `settled` looks before each repetition, and true
        ends it.
        """
        host = self._hosts.get(request.host) or self._host(request.host)
        for attempt in count(1):
            if attempt > 1 and await settled():
                return HttpAnswer(201, {}, b"")
            answer, why = await self._attempt(host, request)
            if answer and answer.status not in TRANSIENT:
                host.count(silent=False)
                return answer
            self._wait(host, answer, attempt, why)
        raise AssertionError("count() does not end")

    def _host(self, name: str) -> Host:
        self._hosts[name] = Host(name, self._traffic)
        return self._hosts[name]

    def login_hint(self, host: str) -> str:
        """Say what to type after HOST[:PORT] refused the credentials."""
        return self._tokens.hint(host)

    async def _attempt(self, host: Host, request: HttpRequest) -> tuple[HttpAnswer | None, str]:
        try:
            answer = await self._authorized(host, request)
        except OSError as error:
            return None, str(error) or f"no answer within {self._patience.timeout:g} s"
        phrase = HTTPStatus(answer.status).phrase if answer.status in TRANSIENT else ""
        return answer, f"HTTP {answer.status} {phrase}"

    async def _authorized(self, host: Host, request: HttpRequest) -> HttpAnswer:
        for attempt in range(AUTHORIZATIONS):
            async with host.connections:
                await host.ready()
                # Looked up after the pause: a token may have been renewed, or may have expired, meanwhile.
                used = self._tokens.header(request.scope)
                answer = await exchange(self._session, request, used, self._traffic)
            if answer.status not in DENIED or not request.scope:
                break
            if not await self._tokens.renewed(request.scope, used, answer, fresh=attempt > 0):
                break
        return answer

    def _wait(self, host: Host, answer: HttpAnswer | None, attempt: int, why: str) -> None:
        """Pause `host`, or raise UnreachableError when that was the last attempt."""
        limits, asked = self._patience, _retry_after(answer)
        silences = host.count(silent=answer is None or answer.status in AWAY)
        tries = max(attempt, silences)
        if silences >= limits.tries and not host.lost:
            # Otherwise each other worker would find out the same after all its own tries.
            host.lost = f"{host.name}: {why} ({tries} tries)"
        throttled = answer is not None and answer.status == 429
        if host.lost or attempt >= (limits.throttled_tries if throttled else limits.tries):
            raise UnreachableError(host.lost or f"{host.name}: {why} ({tries} tries)", AGAIN)
        if asked is not None and asked > limits.longest_obeyed:
            raise UnreachableError(f"{host.name}: {why}; it asks for a wait of {asked:.0f} s", AGAIN)
        pause = min(limits.longest_pause, limits.first_pause * 2.0 ** (tries - 1))
        seconds = asked if asked is not None else pause * random.uniform(0.5, 1.5)  # noqa: S311 (jitter)
        if seconds >= 1 and not host.is_paused:
            self._notice(f"{host.name}: {why}: waiting {seconds:.0f} s")
        host.pause(seconds)


def _retry_after(answer: HttpAnswer | None) -> float | None:
    text = answer.headers.get("Retry-After", "") if answer else ""
    if text.isdecimal():
        return float(text)
    try:
        left = parsedate_to_datetime(text) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None
    return max(0.0, left.total_seconds())
