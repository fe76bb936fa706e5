#!/usr/bin/env python3
"""All benchmarks, one after the other: a table of ratios, docs/performance.md, and what is worse than recorded.

  performance.py                      all of them; docs/performance.md is written
  performance.py image_tags start_up  some of them; docs/performance.md stays as it is
  performance.py --record             and remember the medians in benchmarks/recorded.json

It exits 1 when a bound is not met, or when a figure is worse than the recorded one by more than its spread.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.figures import Figure, record, recorded, regressions, rows  # noqa: E402

PAGE = ROOT / "docs" / "performance.md"
BENCHES = tuple(sorted(path.stem for path in (ROOT / "benchmarks").glob("bench_*.py")))
HEAD = """\
# Performance

How long this tool takes, as ratios to the least that the work costs (floors) and to what people use instead (peers).
Both sides of a ratio are measured in turn in the same run, so that other work on the machine slows both. A row has
the median of several rounds and its spread, half of the way from the lowest to the highest. Bounds stand in
`benchmarks/bench_*.py`, beside what is measured. Rows without a bound are peers, or amounts.

The session `benchmarks` of nox measures all of it, writes this page, and names each figure that is worse than the one
in `benchmarks/recorded.json` by more than its spread. `benchmarks/performance.py --record` renews that file.
"""


def main() -> int:
    """Measure, print and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="image_tags for bench_image_tags.py, …")
    parser.add_argument("--record", action="store_true", help="renew benchmarks/recorded.json")
    options = parser.parse_args()
    chosen = [name for name in BENCHES if not options.names or name.removeprefix("bench_") in options.names]
    if len(chosen) < len(options.names):
        parser.error(f"there are: {', '.join(name.removeprefix('bench_') for name in BENCHES)}")
    found = [each for name in chosen for each in measured(name)]
    worse = [*regressions(found, recorded())]
    if not options.names:
        PAGE.write_text(page(found, worse), encoding="utf-8")
    if options.record:
        record(found)
    print("\n".join([*rows(found), *(f"worse than recorded: {each}" for each in worse)]))
    print("\n".join(f"not within its bound: {each.name}" for each in found if not each.met))
    return int(bool(worse) or not all(each.met for each in found))


def measured(name: str) -> list[Figure]:
    """The figures of one benchmark."""
    print(f"# {name}", file=sys.stderr, flush=True)
    return [*importlib.import_module(f"benchmarks.{name}").figures()]


def page(found: Iterable[Figure], worse: Iterable[str]) -> str:
    """docs/performance.md."""
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    machine = f"{os.cpu_count()} processors, {load} when it ended; Python {platform.python_version()}"
    named = [f"- {each}" for each in worse] or ["None."]
    parts = [HEAD, f"Measured on {when}: {machine}.\n", *rows(found), "\n## Worse than recorded\n", *named]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
