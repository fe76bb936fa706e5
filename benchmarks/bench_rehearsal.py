#!/usr/bin/env python3
"""What a rehearsal of a whole release costs, and the same again when nothing is left to do.

Seconds, processor seconds and the number of programs that are started, traced in a run of its own. On two quiet
processors a rehearsal takes 15 seconds at most, and 1.2 when there is nothing to do.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.commands import Cost, cost, programs  # noqa: E402
from benchmarks.figures import Figure, judge  # noqa: E402

ROUNDS, AGAIN = 3, 5
WHOLE_BOUND, NOTHING_BOUND = 15.0, 1.2  # seconds


def figures() -> Iterator[Figure]:
    """A rehearsal in a new sandbox, then the same again in it."""
    with tempfile.TemporaryDirectory() as folder:
        whole = [cost(rehearsal(Path(folder, f"{number}"))) for number in range(ROUNDS)]
        again = [cost(rehearsal(Path(folder, "0"))) for _ in range(AGAIN)]
        counts = programs(rehearsal(Path(folder, "traced"))), programs(rehearsal(Path(folder, "traced")))
    yield from amounts("a rehearsal", whole, WHOLE_BOUND, counts[0])
    yield from amounts("the same again, nothing to do", again, NOTHING_BOUND, counts[1])


def rehearsal(sandbox: Path) -> list[str]:
    """The command of a whole release candidate in `sandbox`."""
    return [
        "sh",
        str(ROOT / "scripts" / "invoke"),
        "release.rc",
        "--version",
        "0.2.1",
        "--sandbox",
        str(sandbox),
    ]


def amounts(name: str, costs: list[Cost], bound: float, count: int | None) -> Iterator[Figure]:
    """Seconds with their bound; processor seconds and programs as they are."""
    yield Figure(f"{name}, seconds", tuple(each.seconds for each in costs), "the clock", bound)
    yield Figure(f"{name}, processor seconds", tuple(each.processor for each in costs), "the kernel")
    if count is not None:
        yield Figure(f"{name}, programs started", (float(count),), "strace")


if __name__ == "__main__":
    sys.exit(judge(figures))
