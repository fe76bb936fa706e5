#!/usr/bin/env python3
"""How much our tasks and programs add to the start of what they are built on.

Floors: Invoke with an empty tasks.py, and a bare Python with argparse, both started by the same interpreter. Bounds:
scripts/invoke --list 1.15, plain invoke --list 1.3, every program's --help 1.5 times that.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.commands import cost  # noqa: E402
from benchmarks.figures import Figure, judge, ratios  # noqa: E402

ROUNDS = 15
OURS_BOUND, PLAIN_BOUND, HELP_BOUND = 1.15, 1.3, 1.5
EMPTY = "from invoke import task\n\n\n@task\ndef nothing(c):\n    pass\n"
BARE = "import argparse; parser = argparse.ArgumentParser(); parser.add_argument('--x'); parser.parse_args()"


def figures() -> Iterator[Figure]:
    """Every start beside its floor, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tasks.py").write_text(EMPTY, encoding="utf-8")
        module = [sys.executable, "-m", "invoke", "--search-root"]
        bare = [*module, folder, "--list"]
        ours = ["sh", str(ROOT / "scripts" / "invoke"), "--list"]
        yield compared("scripts/invoke --list", ours, "invoke --list, empty tasks.py", bare, OURS_BOUND)
        plain = [*module, str(ROOT), "--list"]
        yield compared("invoke --list", plain, "invoke --list, empty tasks.py", bare, PLAIN_BOUND)
    for program in sorted((ROOT / "scripts").glob("*.py")):
        if program.name != "entry.py":
            command = [sys.executable, str(program), "--help"]
            floor = [sys.executable, "-c", BARE, "--help"]
            yield compared(f"{program.name} --help", command, "Python with argparse", floor, HELP_BOUND, 5)


def compared(
    name: str, ours: list[str], against: str, floor: list[str], bound: float, rounds: int = ROUNDS
) -> Figure:
    """The processor seconds of both, in turn; the first run of ours compiles."""
    cost(ours)
    pairs = [(cost(floor).processor, cost(ours).processor) for _ in range(rounds)]
    floors, taken = zip(*pairs, strict=True)
    return Figure(name, ratios(taken, floors), against, bound, told=f"{min(taken) * 1000:.0f} ms at least")


if __name__ == "__main__":
    sys.exit(judge(figures))
