#!/usr/bin/env python3
"""What our client costs by itself: 1,000 tags on as many digests, written to a registry that costs next to nothing.

Floor: the same requests by a loop in C (registry_loop.c). Bound: half of its rate, for reading manifests and writing
tags. Without a C compiler there is no floor, and nothing is measured.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import registry_floor  # noqa: E402
from benchmarks.bench_image_tags import promoted, timed  # noqa: E402
from benchmarks.figures import Figure, judge, ratios  # noqa: E402
from benchmarks.free_registry import DIGEST, MANIFEST  # noqa: E402
from releasing.clients.registry.transport import CONNECTIONS  # noqa: E402
from releasing.image import ImageRef  # noqa: E402
from tests.support.tagged_images import ELSEWHERE  # noqa: E402

IMAGES, ROUNDS = 1000, 7
BOUND = 0.5  # of the rate of the loop in C


def figures() -> Iterator[Figure]:
    """The loop in C, plain sockets in Python, and ours, in turn."""
    compiler = shutil.which("cc")
    if not compiler:
        print("no C compiler: bench_free_registry.py left out", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder, served() as port:
        loop = str(Path(folder, "registry_loop"))
        source = str(ROOT / "benchmarks" / "registry_loop.c")
        subprocess.run([compiler, "-O2", "-o", loop, source], check=True)
        rows = [measured(loop, port, f"v{number}") for number in range(ROUNDS)]
    floor, plain, ours = zip(*rows, strict=True)
    told = f"{IMAGES / min(ours):.0f} tags/s at best"
    name = "tags to a registry that costs nothing, rate"
    yield Figure(name, ratios(floor, ours), "a loop in C", BOUND, rate=True, told=told)
    yield Figure("the same, plain sockets in Python", ratios(floor, plain), "a loop in C", rate=True)


def measured(loop: str, port: int, tag: str) -> tuple[float, float, float]:
    """Seconds of each, for tags that nobody has used."""
    url = f"http://127.0.0.1:{port}"
    given = "".join(f"{each.name} {each.tag} {each.digest}\n" for each in tags(f"{tag}-c"))
    command = [loop, str(port), str(CONNECTIONS), MANIFEST.decode()]
    start = time.perf_counter()
    subprocess.run(command, input=given, text=True, check=True)
    floor = time.perf_counter() - start
    plain = timed(registry_floor.write, url, tags(f"{tag}-plain"))
    phases = promoted(url, tags(f"{tag}-ours"))
    return floor, plain, phases["reading manifests"] + phases["writing tags"]


def tags(tag: str) -> list[ImageRef]:
    """One tag in each of many repositories."""
    return [ImageRef(f"{ELSEWHERE}/image-{number:04}", tag, DIGEST) for number in range(IMAGES)]


@contextmanager
def served() -> Iterator[int]:
    """The registry as a process of its own; yields its port."""
    command = [sys.executable, str(ROOT / "benchmarks" / "free_registry.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(judge(figures))
