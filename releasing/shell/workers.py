"""Threads that ask several questions at once, and do not keep an interrupted process waiting for the answers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from releasing.shell.process_group import stop_all


@contextmanager
def workers(number: int) -> Iterator[ThreadPoolExecutor]:
    """A pool of `number` threads; an interrupt of the block ends the programs that they wait for."""
    with ThreadPoolExecutor(number) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            stop_all()
            raise
