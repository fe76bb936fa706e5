"""Many requests at once: all of their answers, or one error with all problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Hashable, Iterable
from typing import Any, TypeVar

from releasing.errors import ReleaseError, UnreachableError

T = TypeVar("T")
WORKERS = 32  # of one call: more gain nothing


def in_turn(parts: Iterable[T], home: Callable[[T], Hashable]) -> list[T]:
    """The parts in another order: one of each home, then the next of each.

    Writes to one repository wait for each other in the registry; to several they do not.
    """
    taken: Counter[Hashable] = Counter()
    ranks = []
    for part in parts:
        taken[home(part)] += 1
        ranks.append((taken[home(part)], part))
    return [part for _, part in sorted(ranks, key=lambda ranked: ranked[0])]


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Wait for all parts; when any failed, raise one error with all problems."""
    done: list[T] = []
    failed: list[ReleaseError] = []
    for outcome in await outcomes(work):
        if isinstance(outcome, ReleaseError):
            failed.append(outcome)
        else:
            done.append(outcome)
    if failed:
        first = next((error for error in failed if isinstance(error, UnreachableError)), failed[0])
        raise type(first)("\n".join(dict.fromkeys(error.message for error in failed)), first.hint)
    return done


async def outcomes(work: Iterable[Coroutine[Any, Any, T]]) -> list[T | ReleaseError]:
    """Wait for all parts; give what each returned, or the ReleaseError that it raised.

    A few workers take from `work` one by one, so that many thousand parts need no more memory than a few.
    """
    from asyncio import gather  # noqa: PLC0415

    ahead = enumerate(work)
    ended: dict[int, T | ReleaseError] = {}

    async def worker() -> None:
        for place, each in ahead:
            try:
                ended[place] = await each
            except ReleaseError as error:
                ended[place] = error

    await gather(*(worker() for _ in range(WORKERS)))
    return [ended[place] for place in range(len(ended))]
