"""Programs as their users start them: seconds, processor seconds, and the programs that they start in turn."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# As for an operator: what is compiled once is kept, whatever this run was told.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Cost(NamedTuple):
    """What one run took: seconds, and processor seconds of it and all that it waited for."""

    seconds: float
    processor: float


def cost(
    command: list[str], folder: Path | None = None, environment: Mapping[str, str] = ENVIRONMENT
) -> Cost:
    """Run `command`, which must succeed, and say what it took."""
    before, start = _processor(), time.perf_counter()
    ran = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    taken = time.perf_counter() - start
    if ran.returncode:
        raise SystemExit(
            f"{command} failed ({ran.returncode}):\n{ran.stdout.decode(errors='replace')[-2000:]}"
        )
    return Cost(taken, _processor() - before)


def programs(command: list[str]) -> int | None:
    """How many programs `command` starts, itself included; None where nothing here can count them."""
    if not shutil.which("strace"):
        return None
    with tempfile.NamedTemporaryFile() as trace:
        traced = ["strace", "--follow-forks", "--quiet=all", "--trace=execve", "--output", trace.name]
        subprocess.run([*traced, *command], env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
        return sum(b") = 0" in line for line in Path(trace.name).read_bytes().splitlines())


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
