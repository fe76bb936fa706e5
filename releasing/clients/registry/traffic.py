"""How requests reach a registry: over plain HTTP or not, how many a second, and through which proxy."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from releasing.clients.registry.location import address, on_this_machine, split, trusted
from releasing.clients.registry.settings import Settings

ORIGIN = re.compile(r"[^/?#]*//[^/?#]*")


class Pace:
    """Gives turns to any thread, `rate` a second, and at most the turns of one second at once."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._apart = 1 / rate
        self._ahead = max(0.0, 1 - self._apart)
        self._clock = clock
        self._due = 0.0
        self._lock = Lock()

    def turn(self) -> float:
        """Take the next turn; returns the seconds until it begins."""
        with self._lock:
            now = self._clock()
            due = max(self._due, now)
            self._due = due + self._apart
            return max(0.0, due - self._ahead - now)


@dataclass(frozen=True)
class Way:
    """A HOST[:PORT], and the proxy that leads to it, if any."""

    host: str
    proxy: str | None


class Traffic:
    """Where plain HTTP is allowed, the pace at each host, and the proxy on the way to it."""

    def __init__(self, settings: Settings) -> None:
        # Kept, because it is needed for every request and the lookup takes longer than sending one.
        self._way = cache(self._found)
        self.plain = frozenset(address(host) for host, each in settings.registries.items() if each.plain_http)
        self._paces = {
            address(host): pace(address(host), rate)
            for host, each in settings.registries.items()
            if (rate := each.requests_per_second)
        }

    def way(self, url: str) -> Way:
        """Give the host and proxy of `url`; raises PreconditionError when secrets may not be sent there."""
        origin = ORIGIN.match(url)
        return self._way(origin[0] if origin else url)

    def _found(self, origin: str) -> Way:
        parts = split(trusted(origin, self.plain))
        return Way(parts.netloc, _proxy(parts.scheme, parts.netloc))

    async def turn(self, host: str) -> bool:
        """Wait until HOST[:PORT] may get a request; returns whether that took time."""
        limit = self._paces.get(host.lower())
        seconds = limit.turn() if limit else 0.0
        if seconds:
            await asyncio.sleep(seconds)
        return bool(seconds)


# One for each host in the whole process: every call of `ask` has its own workers, but they share one quota.
_PACES: dict[tuple[str, float], Pace] = {}


def pace(host: str, rate: float) -> Pace:
    """Give the request rate that this process keeps at `host`."""
    return _PACES.setdefault((host, rate), Pace(rate))


def _proxy(scheme: str, authority: str) -> str | None:
    """Give the proxy that the environment names for HOST[:PORT]; none is used on this machine."""
    if on_this_machine(authority) or proxy_bypass(urlsplit(f"//{authority}").hostname or ""):
        return None
    return getproxies().get(scheme)
