#!/usr/bin/env python3
"""How much our tasks add to the start of Invoke: `--list` here against an empty tasks.py, in one run.

Floor: Invoke with an empty tasks.py, started by the same interpreter. Bound: 1.2 times that.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 30
BOUND = 1.2
# As for an operator: what is compiled once is kept, whatever this run was told.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str]) -> float:
    """How long `command` takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    return time.perf_counter() - start


def main() -> int:
    """Print both medians and their ratio; exit 1 when it is over the bound."""
    invoke = [sys.executable, "-m", "invoke", "--search-root"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tasks.py").write_text(
            "from invoke import task\n\n\n@task\ndef nothing(c):\n    pass\n", encoding="utf-8"
        )
        ours = ["sh", str(ROOT / "scripts" / "invoke"), "--list"]
        seconds(ours)
        pairs = [
            (
                seconds([*invoke, folder, "--list"]),
                seconds(ours),
            )
            for _ in range(ROUNDS)
        ]
    floor, median = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"invoke --list, empty tasks.py  {floor * 1000:6.1f} ms")
    print(f"scripts/invoke --list          {median * 1000:6.1f} ms")
    print(f"ratio                          {median / floor:6.2f}   (bound {BOUND})")
    return int(median / floor > BOUND)


if __name__ == "__main__":
    sys.exit(main())
