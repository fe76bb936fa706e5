"""Throttling, server errors and broken connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.registry.client import Registry
from releasing.clients.registry.concurrency import together
from releasing.clients.registry.settings import Settings
from releasing.clients.registry.traffic import Traffic
from releasing.clients.registry.transport import Host, Patience
from releasing.config import registries
from releasing.errors import UnreachableError
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, fetched, pushed, stored

X = f"{PROJECT}/x"
BUILD = "v20180707-5a11c84d"
QUICK = Patience(tries=3, throttled_tries=4, first_pause=0.001, timeout=5)


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_registry(tmp_path / "registry") as faulty:
        yield faulty


class Times:
    """Answers the first `count` requests with `status`, or by breaking the connection."""

    def __init__(self, count: int, status: int = 0, **headers: str) -> None:
        self.left, self.status, self.headers = count, status, headers

    async def __call__(self, request: web.Request) -> web.StreamResponse | None:
        if not self.left:
            return None
        self.left -= 1
        if not self.status:
            assert request.transport
            request.transport.abort()
        return web.Response(status=self.status or 500, headers=self.headers)


async def asked(client: Registry) -> str | None:
    return await client.digest(X, BUILD)


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_waited_out(faulty: Faulty, status: int) -> None:
    digests = pushed(faulty.url, "x")
    faulty.fault = Times(2, status)
    assert registries.ask(asked, faulty.environment, patience=QUICK) == digests["x"]


@pytest.mark.parametrize(("status", "tries"), [(0, 3), (503, 3), (429, 4)])
def test_a_lasting_fault_ends_after_a_bounded_number_of_tries(
    faulty: Faulty, status: int, tries: int
) -> None:
    faulty.fault = Times(1000, status)
    with pytest.raises(UnreachableError, match=rf"\({tries} tries\)"):
        registries.ask(asked, faulty.environment, patience=QUICK)
    assert len(faulty.asked) == tries


def test_what_is_no_passing_fault_is_not_tried_again(faulty: Faulty) -> None:
    assert registries.ask(asked, faulty.environment, patience=QUICK) is None
    assert [line.split()[0] for line in faulty.asked] == ["HEAD", "GET"], "each way of asking once"


def test_retry_after_is_obeyed_by_all_workers_of_the_host(faulty: Faulty) -> None:
    pushed(faulty.url, "x")
    faulty.fault = Times(1, 429, **{"Retry-After": "1"})
    said: list[str] = []

    async def work(client: Registry) -> None:
        await together(asked(client) for _ in range(40))

    registries.ask(work, faulty.environment, patience=QUICK, notice=said.append)
    assert said == [f"{faulty.url.removeprefix('http://')}: HTTP 429 Too Many Requests: waiting 1 s"]


def test_nobody_asks_a_paused_host_before_the_pause_is_over() -> None:
    async def paused_and_ready() -> tuple[bool, bool]:
        host = Host("gcr.io", Traffic(Settings()))
        host.pause(0.05)
        before = host.is_paused
        await host.ready()
        return before, host.is_paused

    assert asyncio.run(paused_and_ready()) == (True, False)


def test_a_wait_that_is_longer_than_anyone_would_is_refused(faulty: Faulty) -> None:
    faulty.fault = Times(1, 503, **{"Retry-After": "86400"})
    with pytest.raises(UnreachableError, match="asks for a wait of 86400 s"):
        registries.ask(asked, faulty.environment, patience=QUICK)


def test_a_host_that_is_away_is_given_up_by_all_at_once(faulty: Faulty) -> None:
    faulty.fault = Times(10_000, 503)

    async def work(client: Registry) -> None:
        await together(asked(client) for _ in range(500))

    with pytest.raises(UnreachableError) as raised:
        registries.ask(work, faulty.environment, patience=QUICK)
    assert len(raised.value.message.splitlines()) == 1
    assert len(faulty.asked) < 500


def test_silence_ends_with_the_timeout(faulty: Faulty) -> None:
    released = threading.Event()

    async def silence(request: web.Request) -> web.StreamResponse:
        await asyncio.to_thread(released.wait)
        return web.Response(status=500)

    faulty.fault = silence
    try:
        with pytest.raises(UnreachableError, match=r"no answer within 0\.05 s"):
            registries.ask(asked, faulty.environment, patience=Patience(tries=1, timeout=0.05))
    finally:
        released.set()


@pytest.mark.parametrize("taken", [True, False])
def test_after_a_broken_write_what_is_there_decides(faulty: Faulty, taken: bool) -> None:
    digests = pushed(faulty.url, "x")

    async def breaking(request: web.Request) -> web.StreamResponse | None:
        if request.method != "PUT":
            return None
        content = await request.read()
        faulty.fault = None
        if taken:
            await asyncio.to_thread(
                stored, faulty.url, request.path[4:], request.headers["Content-Type"], content
            )
        assert request.transport
        request.transport.abort()
        return web.Response()

    async def work(client: Registry) -> None:
        manifest = await client.manifest(X, digests["x"])
        assert manifest
        faulty.asked.clear()
        faulty.fault = breaking
        await client.tag(X, "v0.2.1", manifest)

    registries.ask(work, faulty.environment, patience=QUICK)
    tag = f"/v2/{X}/manifests/v0.2.1"
    theirs = [f"PUT {tag}"] if taken else []
    again = [] if taken else [f"PUT {tag}"]
    assert faulty.asked == [f"PUT {tag}", *theirs, f"HEAD {tag}", *again]
    assert fetched(faulty.url, f"{X}/manifests/v0.2.1") == fetched(faulty.url, f"{X}/manifests/{BUILD}")
