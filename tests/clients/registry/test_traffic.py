"""Plain HTTP only where it is allowed, and no more requests a second than a host is to get."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from releasing.clients.registry.client import Registry
from releasing.clients.registry.concurrency import together
from releasing.clients.registry.settings import Settings
from releasing.clients.registry.traffic import Pace, Traffic, pace
from releasing.clients.registry.transport import Host, Patience
from releasing.config import registries
from releasing.errors import PreconditionError, UnreachableError
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, pushed
from tests.support.release_yaml import release_yaml, through

X = f"{PROJECT}/x"
BUILD = "v20180707-5a11c84d"
QUICK = Patience(tries=3, first_pause=0.001, timeout=5)
HERE = "plain.example:5000"


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_registry(tmp_path / "registry") as faulty:
        yield faulty


class Clock:
    """A time that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asked(image: str, times: int = 1) -> Callable[[Registry], Awaitable[str | None]]:
    async def work(client: Registry) -> str | None:
        return (await together(client.digest(image, BUILD) for _ in range(times)))[0]

    return work


RATES = st.floats(0.1, 500)
GAPS = st.lists(st.floats(0, 3) | st.just(0.0), min_size=2, max_size=80)


@given(RATES, GAPS)
def test_no_window_has_more_turns_than_the_rate_and_one_seconds_worth(rate: float, gaps: list[float]) -> None:
    clock = Clock()
    limit = Pace(rate, clock)
    turns = []
    for gap in gaps:
        clock.now += gap
        turns.append(clock.now + limit.turn())
    assert turns == sorted(turns)
    for first, begin in enumerate(turns):
        for last, end in enumerate(turns[first:], first):
            assert last - first + 1 <= rate * (end - begin) + max(1, rate) + 1e-6


@given(RATES)
def test_whoever_asks_no_faster_than_the_rate_never_waits(rate: float) -> None:
    clock = Clock()
    limit = Pace(rate, clock)
    for _ in range(20):
        assert limit.turn() == pytest.approx(0, abs=1e-9)
        clock.now += 1 / rate


def test_turns_are_handed_out_once_also_to_threads() -> None:
    limit = Pace(10, Clock())
    with ThreadPoolExecutor(8) as threads:
        waits = sorted(threads.map(lambda _: limit.turn(), range(200)))
    assert waits[:10] == [pytest.approx(0, abs=1e-9)] * 10
    assert all(later - earlier == pytest.approx(0.1) for earlier, later in pairwise(waits[9:]))


def test_one_pace_holds_for_the_whole_process() -> None:
    assert pace("gcr.io", 80) is pace("gcr.io", 80)
    assert pace("gcr.io", 80) is not pace("quay.io", 80)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The rate of each turn that is taken; nobody waits."""
    taken: list[float] = []

    def turn(self: Pace) -> float:
        taken.append(round(1 / self._apart))
        return 0.0

    monkeypatch.setattr(Pace, "turn", turn)
    return taken


def limited(faulty: Faulty, folder: Path, rate: float) -> dict[str, str]:
    host = faulty.url.removeprefix("http://")
    return faulty.environment | release_yaml(
        folder, f"registries: {{'{host}': {{requests-per-second: {rate}}}}}\n"
    )


def test_every_request_takes_a_turn_also_one_that_is_tried_again(
    faulty: Faulty, tmp_path: Path, turns: list[float]
) -> None:
    pushed(faulty.url, "x")
    faulty.asked.clear()
    left = 2

    async def throttled(request: web.Request) -> web.StreamResponse | None:
        nonlocal left
        left -= 1
        return web.Response(status=429) if left >= 0 else None

    faulty.fault = throttled
    assert registries.ask(asked(X, 5), limited(faulty, tmp_path, 50), patience=QUICK)
    assert len(faulty.asked) > 5
    assert turns == [50] * len(faulty.asked)


def test_a_redirect_within_a_host_takes_a_turn_too(
    faulty: Faulty, tmp_path: Path, turns: list[float]
) -> None:
    pushed(faulty.url, "x")
    faulty.asked.clear()

    async def moved(request: web.Request) -> web.StreamResponse | None:
        if "again" in request.query:
            return None
        return web.Response(status=307, headers={"Location": f"{request.path}?again=1"})

    faulty.fault = moved
    assert registries.ask(asked(X), limited(faulty, tmp_path, 50))
    assert (len(turns), len(faulty.asked)) == (2, 2)


def test_the_token_service_is_a_host_of_its_own(faulty: Faulty, tmp_path: Path, turns: list[float]) -> None:
    pushed(faulty.url, "x")

    async def service(request: web.Request) -> web.StreamResponse | None:
        return web.json_response({"token": "t"})

    with faulty_registry(tmp_path / "service") as tokens:
        tokens.fault = service

        async def gate(request: web.Request) -> web.StreamResponse | None:
            if request.headers.get("Authorization"):
                return None
            challenge = f'Bearer realm="{tokens.url}/token",service="me"'
            return web.Response(status=401, headers={"WWW-Authenticate": challenge})

        faulty.fault = gate
        hosts = [url.removeprefix("http://") for url in (faulty.url, tokens.url)]
        rates = [
            f"'{host}': {{requests-per-second: {rate}}}" for host, rate in zip(hosts, (50, 7), strict=True)
        ]
        both = f"registries: {{{', '.join(rates)}}}\n"
        assert registries.ask(asked(X), faulty.environment | release_yaml(tmp_path, both))
        assert turns == [50, 7, 50]


def test_a_registry_gets_no_more_requests_than_its_rate_from_any_number_of_workers(
    faulty: Faulty, tmp_path: Path
) -> None:
    pushed(faulty.url, "x")
    came: list[float] = []

    async def noted(request: web.Request) -> None:
        came.append(time.monotonic())

    faulty.fault = noted
    environment = limited(faulty, tmp_path, 25)
    begin = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: registries.ask(asked(X, 15), environment), range(4)))
    # A slow machine makes requests later, never earlier.
    assert all(number <= 25 * (when - begin) + 25 for number, when in enumerate(came, 1))
    assert len(came) == 60


def test_a_mirror_is_a_host_of_its_own(faulty: Faulty, tmp_path: Path, turns: list[float]) -> None:
    pushed(faulty.url, "x")
    settings = release_yaml(tmp_path, "registries: {gcr.io: {requests-per-second: 1}}\n")
    assert registries.ask(asked(X), faulty.environment | settings)
    assert turns == []


@pytest.mark.parametrize("waits", [True, False])
def test_a_turn_that_comes_in_a_pause_is_over(waits: bool) -> None:
    taken: list[bool] = []

    class Pausing(Traffic):
        async def turn(self, host: str) -> bool:
            taken.append(there.is_paused)
            if len(taken) == 1:
                there.pause(0.05)
            return waits

    async def ready() -> bool:
        await there.ready()
        return there.is_paused

    there = Host("gcr.io", Pausing(Settings()))
    assert asyncio.run(ready()) is not waits
    assert taken == [False] * (2 if waits else 1)


def test_those_who_wait_for_their_turn_give_up_a_host_that_is_lost() -> None:
    class Losing(Traffic):
        async def turn(self, host: str) -> bool:
            there.lost = "gcr.io: away"
            return True

    there = Host("gcr.io", Losing(Settings()))
    with pytest.raises(UnreachableError, match="away"):
        asyncio.run(there.ready())


@pytest.fixture
def plain(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> Faulty:
    through(monkeypatch, faulty.url)
    return faulty


def allowed(folder: Path, host: str = HERE) -> dict[str, str]:
    settings = release_yaml(folder, f"registries: {{'{host}': {{plain-http: true}}}}\n")
    return settings | {"HOME": "/nonexistent"}


def test_plain_http_goes_where_it_is_allowed(plain: Faulty, tmp_path: Path) -> None:
    digest = pushed(plain.url, "x")["x"]
    with pytest.raises(UnreachableError):
        registries.ask(asked(f"{HERE}/{X}"), release_yaml(tmp_path), patience=Patience(tries=1, timeout=1))
    assert registries.ask(asked(f"{HERE}/{X}"), allowed(tmp_path)) == digest
    mirror = {"RELEASE_REGISTRY_MIRRORS": f"gcr.io=http://{HERE}/gcr.io"}
    assert registries.ask(asked(X), allowed(tmp_path) | mirror) == digest


@pytest.mark.parametrize("host", [HERE, HERE.upper()])
@pytest.mark.parametrize("elsewhere", ["http://other.example:5000/v2/", "http://plain.example/v2/"])
def test_a_redirect_to_plain_http_elsewhere_is_refused_with_the_setting(
    plain: Faulty, tmp_path: Path, host: str, elsewhere: str
) -> None:
    async def leaving(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": elsewhere})

    plain.fault = leaving
    with pytest.raises(PreconditionError, match="expected https") as raised:
        registries.ask(asked(f"{HERE}/{X}"), allowed(tmp_path, host))
    there = elsewhere.removeprefix("http://").partition("/")[0]
    assert f"registries: {{'{there}': {{plain-http: true}}}}" in raised.value.hint
    assert len(plain.asked) == 1


@pytest.mark.parametrize(
    "realm", ["http://other.example/token", "http://[", "token", "", "file:///etc/passwd"]
)
def test_a_token_service_elsewhere_is_refused(plain: Faulty, tmp_path: Path, realm: str) -> None:
    async def gate(request: web.Request) -> web.StreamResponse:
        return web.Response(status=401, headers={"WWW-Authenticate": f'Bearer realm="{realm}"'})

    plain.fault = gate
    with pytest.raises(PreconditionError):
        registries.ask(asked(f"{HERE}/{X}"), allowed(tmp_path))
    assert len(plain.asked) == 1


def test_a_redirect_to_what_is_no_address_is_refused(plain: Faulty, tmp_path: Path) -> None:
    async def leaving(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": "http://["})

    plain.fault = leaving
    with pytest.raises(PreconditionError, match="not a URL"):
        registries.ask(asked(f"{HERE}/{X}"), allowed(tmp_path))


@pytest.mark.parametrize("address", ["http://other.example/v2/x/tags/list?last=b", "http://["])
def test_the_next_page_of_a_list_may_not_leave_either(plain: Faulty, tmp_path: Path, address: str) -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        link = {"Link": f'<{address}>; rel="next"'}
        return web.json_response({"tags": ["a"]}, headers=link)

    async def work(client: Registry) -> object:
        return await client.listing(f"{HERE}/{X}")

    plain.fault = elsewhere
    with pytest.raises(PreconditionError, match=r"expected https|not a URL"):
        registries.ask(work, allowed(tmp_path))
