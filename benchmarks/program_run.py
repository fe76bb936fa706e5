"""scripts/apply_image_tags.py as a process of its own: how long it takes and how much memory it needs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from releasing.image_tags import ImageTags, dump
from tests.support.tagged_images import mirrored

ROOT = Path(__file__).resolve().parent.parent
# A small process between: a child's peak is never less than what its parent had when it started the child.
STARTER = """\
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:])
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


@dataclass(frozen=True)
class Run:
    """How one run of a program went: `kilobytes` of memory at its peak, and the last line that it printed."""

    seconds: float
    kilobytes: int
    summary: str


def ran(url: str, rows: ImageTags, *words: str) -> Run:
    """Run apply_image_tags.py for all `rows` against the registry at `url`."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "image_tags.yaml")
        file.write_bytes(dump(rows))
        program = [sys.executable, str(ROOT / "scripts" / "apply_image_tags.py")]
        command = [*program, "--images-file", str(file), "--pattern", ".*:.*", *words]
        return measured(command, mirrored(url))


def measured(command: list[str], environment: dict[str, str]) -> Run:
    """Run any program; ends the benchmark when it fails."""
    with TemporaryFile("w+") as output:
        starter = [sys.executable, "-c", STARTER, *command]
        code = subprocess.call(starter, env=environment, stdout=output, stderr=output)
        output.seek(0)
        lines = output.read().splitlines()
    if code:
        raise SystemExit("\n".join([f"{command[0]} failed ({code}):", *lines[-5:]]))
    seconds, kilobytes = lines.pop().split(" ")
    return Run(float(seconds), int(kilobytes), lines[-1] if lines else "")
