#!/usr/bin/env python3
"""Whether time and memory stay in proportion when tags become many, in Debian's docker-registry.

Memory is what scripts/apply_image_tags.py needs at its peak as a process of its own, for 1,000 tags on as many
digests and for 10,000 on half as many. Planning is loading, selecting, validating and comparing with the registry,
which has none of the tags: one list for each image answers for all of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.figures import Figure, judge  # noqa: E402
from benchmarks.program_run import ran  # noqa: E402
from releasing import image_tags  # noqa: E402
from releasing.clients.registry import promotion  # noqa: E402
from releasing.clients.registry.client import Registry  # noqa: E402
from releasing.config import registries  # noqa: E402
from releasing.image_tags import ImageTags  # noqa: E402
from tests.support.tagged_images import Digests, filled_registry, mirrored, tagged, wanted  # noqa: E402

REPOSITORIES, IMAGES = 50, 100
PLANNED = (1_000, 5_000, 20_000)
ROUNDS = 3
MEMORY_BOUND = 2.0  # kilobytes for each tag more
PLANNING_BOUND = 1.3  # of the time for each tag, from fewer to most


def figures() -> Iterator[Figure]:
    """Both, with what they are made of on standard error."""
    with filled_registry(REPOSITORIES, IMAGES, note="x" * 1500) as (url, digests):
        name, against = "planning tags: each of most", "each of fewer"
        yield Figure(name, planning(url, digests), against, PLANNING_BOUND)
        growth = memory(url, digests)
    yield Figure("memory for each tag more, KB", (growth,), "the kernel", MEMORY_BOUND)


def some(digests: Digests, images: int, tags: int, stem: str) -> ImageTags:
    """Give rows with `tags` tags on each of the first `images` digests of every image."""
    few = {name: of_image[:images] for name, of_image in digests.items()}
    return tagged(few, *(f"{stem}-{number}" for number in range(tags)))


def memory(url: str, digests: Digests) -> float:
    """Write few and many tags; gives the kilobytes that each tag more needs."""
    few, many = some(digests, 20, 1, "few"), some(digests, IMAGES, 2, "many")
    runs = [(len(wanted(rows)), ran(url, rows).kilobytes) for rows in (few, few, many, many)]
    (fewest, least), (most, highest) = min(runs), max(runs)
    return (highest - least) / (most - fewest)


def planning(url: str, digests: Digests) -> tuple[float, ...]:
    """Plan fewer and more tags in turn; gives how much longer each takes among most than among fewer."""
    rows = {
        count: image_tags.dump(some(digests, 1, count // REPOSITORIES, f"plan-{count}")) for count in PLANNED
    }
    rounds = [{count: planned(url, rows[count]) / count for count in PLANNED} for _ in range(ROUNDS)]
    return tuple(max(each[PLANNED[-1]] / each[count] for count in PLANNED[:-1]) for each in rounds)


def planned(url: str, rows: bytes) -> float:
    """How long it takes to load rows and to compare them with the registry."""

    def watch(_phase: str, _total: int) -> Callable[[], None]:
        return lambda: None

    async def work(client: Registry) -> promotion.PromotionPlan:
        return await promotion.plan(client, wanted(image_tags.parse(rows, "rows")), None, watch)

    start = time.perf_counter()
    registries.ask(work, mirrored(url))
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(judge(figures))
