#!/usr/bin/env python3
"""How fast 1,000 image tags are written, and looked at when nothing is to do, in Debian's docker-registry.

Floor: the requests that nobody can do without, over plain sockets, as many at a time (registry_floor.py). Bounds:
we write at 0.9 times the floor's rate, and need 1.3 times its time when nothing is to do. Beside them stand the
programs that people use for this, a few tags of each, as if they went on like that for all.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import registry_floor  # noqa: E402
from benchmarks.program_run import measured, ran  # noqa: E402
from releasing.clients.registry import promotion  # noqa: E402
from releasing.clients.registry.client import Registry  # noqa: E402
from releasing.config import registries  # noqa: E402
from releasing.image import ImageRef  # noqa: E402
from releasing.image_tags import ImageTags  # noqa: E402
from tests.support.tagged_images import Digests, filled_registry, mirrored, tagged, wanted  # noqa: E402

REPOSITORIES, IMAGES = 50, 20
TAGS = REPOSITORIES * IMAGES
ROUNDS = 5
WRITING_BOUND = 0.9  # of the floor's rate
LOOKING_BOUND = 1.3  # of the floor's time
STEMS = (f"bench-{number}" for number in count())
ISOLATED = {
    "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
    "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
    "CLOUDSDK_CORE_CHECK_GCE_METADATA": "0",
    "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
}
Seconds = dict[str, list[float]]


def main() -> int:
    """Print the table; exit 1 when a bound is missed."""
    seconds: Seconds = {}
    with filled_registry(REPOSITORIES, IMAGES) as (url, digests):
        for _ in range(ROUNDS):
            write(url, digests, seconds)
        other_programs(url, wanted(fresh(digests)), seconds)
    for name, each in seconds.items():
        median = statistics.median(each)
        print(f"{name:<58} {median:8.2f} s {TAGS / median:8.0f} tags/s")
    writing = 1 / ratio(seconds, "writing: ours", "writing: floor")
    looking = ratio(seconds, "nothing to do: ours", "nothing to do: floor")
    print(f"{'writing, our rate to the floor':<58} {writing:8.2f}   (bound {WRITING_BOUND})")
    print(f"{'nothing to do, our time to the floor':<58} {looking:8.2f}   (bound {LOOKING_BOUND})")
    return int(writing < WRITING_BOUND or looking > LOOKING_BOUND)


def ratio(seconds: Seconds, ours: str, floor: str) -> float:
    """Compare within each round, since other work on the machine slows both."""
    return statistics.median(a / b for a, b in zip(seconds[ours], seconds[floor], strict=True))


def fresh(digests: Digests) -> ImageTags:
    """Give rows with a tag for each digest that nobody has used yet."""
    return tagged(digests, next(STEMS))


def write(url: str, digests: Digests, seconds: Seconds) -> None:
    """Measure one round of everything but other programs."""

    def note(name: str, value: float) -> None:
        seconds.setdefault(name, []).append(value)

    note("writing: floor", timed(registry_floor.write, url, tags := wanted(fresh(digests))))
    note("nothing to do: floor", timed(registry_floor.look, url, tags))
    phases = promoted(url, tags := wanted(fresh(digests)))
    note("writing: ours", phases["reading manifests"] + phases["writing tags"])
    note("reading back what was written", phases["reading back"])
    note("the same, from the first list to the last look", sum(phases.values()))
    note("nothing to do: ours", sum(promoted(url, tags).values()))
    rows = fresh(digests)
    note("scripts/apply_image_tags.py, writing", ran(url, rows).seconds)
    note("scripts/apply_image_tags.py, nothing to do", ran(url, rows).seconds)


def timed(work: Callable[[str, list[ImageRef]], None], url: str, tags: list[ImageRef]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work(url, tags)
    return time.perf_counter() - start


def promoted(url: str, tags: list[ImageRef]) -> dict[str, float]:
    """Plan and apply in this process; gives the seconds of each phase."""
    begun: dict[str, float] = {}

    def watch(phase: str, _total: int) -> Callable[[], None]:
        begun[phase] = time.perf_counter()
        return lambda: None

    async def work(client: Registry) -> promotion.PromotionReport:
        begun["connecting"] = time.perf_counter()
        return await promotion.apply(client, await promotion.plan(client, tags, None, watch), watch)

    registries.ask(work, mirrored(url)).raise_failures()
    ends = [*list(begun.values())[1:], time.perf_counter()]
    return {phase: end - start for (phase, start), end in zip(begun.items(), ends, strict=True)}


def other_programs(url: str, tags: list[ImageRef], seconds: Seconds) -> None:
    """Measure skopeo and gcloud, each if it is installed."""
    host = url.removeprefix("http://")

    def skopeo(tag: ImageRef) -> list[str]:
        plain = ["--src-tls-verify=false", "--dest-tls-verify=false"]
        source, target = f"docker://{host}/{tag.name}@{tag.digest}", f"docker://{host}/{tag.tagged}"
        return ["skopeo", "copy", "--quiet", *plain, source, target]

    def gcloud(tag: ImageRef) -> list[str]:
        # Only by this name gcloud speaks plain HTTP.
        local = host.replace("127.0.0.1", "localhost")
        names = f"{local}/{tag.name}@{tag.digest}", f"{local}/{tag.tagged}"
        return ["gcloud", "container", "images", "add-tag", "--quiet", *names]

    for command, some in ((skopeo, tags[:20]), (gcloud, tags[-3:])):
        program = " ".join(word for word in command(some[0])[:4] if word[0] != "-")
        if not shutil.which(command(some[0])[0]):
            print(f"{program}: not installed, left out")
            continue
        with TemporaryDirectory() as home:
            # gcloud sends nothing without a token; docker-registry takes any.
            Path(home, "token").write_text("of-nobody", encoding="utf-8")
            own = {"HOME": home, "CLOUDSDK_CONFIG": home, "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": f"{home}/token"}
            environment = {"PATH": "/usr/bin:/bin", **own, **ISOLATED}
            each = [measured(command(tag), environment).seconds for tag in some]
        seconds[f"{program}, from {len(some)} tags"] = [statistics.median(each) * TAGS]


if __name__ == "__main__":
    sys.exit(main())
