#!/usr/bin/env python3
"""How fast 1,000 image tags are written, and looked at when nothing is to do, in Debian's docker-registry.

Floor: the requests that nobody can do without, over plain sockets, as many at a time (registry_floor.py). Bounds, of
the floor's rate: 0.95 for writing, 0.8 from the first list to the last look, 0.75 for the whole program; and 1.1
times the floor's time when nothing is to do. Beside them stand the programs that people use for this, a few tags of
each, as if they went on like that for all. crane is built with Go in a temporary folder, where Go is there.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import registry_floor  # noqa: E402
from benchmarks.figures import Figure, judge, ratios  # noqa: E402
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
# Of the floor's rate.
RATES = {
    "image tags: writing": 0.95,
    "image tags: from the first list to the last look": 0.8,
    "apply_image_tags.py, writing": 0.75,
}
# Of the floor's time; of the program, its start is a part that no floor has.
TIMES = {"image tags: nothing to do": 1.1, "apply_image_tags.py, nothing to do": None}
CRANE = "github.com/google/go-containerregistry/cmd/crane@v0.20.2"
STEMS = (f"bench-{number}" for number in count())
ISOLATED = {
    "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
    "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
    "CLOUDSDK_CORE_CHECK_GCE_METADATA": "0",
    "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
}
Seconds = dict[str, list[float]]


def figures() -> Iterator[Figure]:
    """Everything in turn, round by round."""
    seconds: Seconds = {}
    with filled_registry(REPOSITORIES, IMAGES) as (url, digests):
        for _ in range(ROUNDS):
            write(url, digests, seconds)
        other_programs(url, wanted(fresh(digests)), seconds)
    floor, looking = seconds.pop("writing: floor"), seconds.pop("nothing to do: floor")
    for name, bound in RATES.items():
        taken = seconds.pop(name)
        told = f"{TAGS / statistics.median(taken):.0f} of {TAGS / statistics.median(floor):.0f} tags/s"
        yield Figure(f"{name}, rate", ratios(floor, taken), "plain sockets", bound, rate=True, told=told)
    for name, most in TIMES.items():
        yield Figure(f"{name}, time", ratios(seconds.pop(name), looking), "plain sockets", most)
    for name, taken in seconds.items():
        told = f"{TAGS / statistics.median(taken):.1f} tags/s"
        each = statistics.median(floor)
        yield Figure(
            f"{name}, rate", tuple(each / one for one in taken), "plain sockets", rate=True, told=told
        )


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
    note("image tags: writing", phases["reading manifests"] + phases["writing tags"])
    note("image tags: from the first list to the last look", sum(phases.values()))
    note("image tags: nothing to do", sum(promoted(url, tags).values()))
    rows = fresh(digests)
    note("apply_image_tags.py, writing", ran(url, rows).seconds)
    note("apply_image_tags.py, nothing to do", ran(url, rows).seconds)


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
    """Measure skopeo, crane and gcloud, each if it is there."""
    host = url.removeprefix("http://")
    # Only by this name gcloud speaks plain HTTP.
    local = host.replace("127.0.0.1", "localhost")
    plain = ["--src-tls-verify=false", "--dest-tls-verify=false"]
    with TemporaryDirectory() as home:
        # gcloud sends nothing without a token; docker-registry takes any.
        Path(home, "token").write_text("of-nobody", encoding="utf-8")
        own = {"HOME": home, "CLOUDSDK_CONFIG": home, "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": f"{home}/token"}
        environment = {"PATH": "/usr/bin:/bin", **own, **ISOLATED}
        peers: tuple[tuple[str, str, list[ImageRef], Callable[[ImageRef], list[str]]], ...] = (
            (
                "skopeo copy",
                shutil.which("skopeo") or "",
                tags[:20],
                lambda tag: [
                    *("copy", "--quiet", *plain, f"docker://{host}/{tag.name}@{tag.digest}"),
                    f"docker://{host}/{tag.tagged}",
                ],
            ),
            (
                "crane tag",
                crane(Path(home)),
                tags[40:60],
                lambda tag: ["tag", "--insecure", f"{host}/{tag.name}@{tag.digest}", tag.tag],
            ),
            (
                "gcloud container images add-tag",
                shutil.which("gcloud") or "",
                tags[-3:],
                lambda tag: [
                    *("container", "images", "add-tag", "--quiet", f"{local}/{tag.name}@{tag.digest}"),
                    f"{local}/{tag.tagged}",
                ],
            ),
        )
        for name, program, some, words in peers:
            if not program:
                print(f"{name}: not installed, left out", file=sys.stderr)
                continue
            each = [measured([program, *words(tag)], environment).seconds for tag in some]
            seconds[f"{name}, from {len(some)} tags"] = [statistics.median(each) * TAGS]


def crane(folder: Path) -> str:
    """The path of crane, built in `folder`; empty where Go is not there, or does not reach its modules."""
    go = shutil.which("go")
    if not go:
        return ""
    own = {"GOBIN": str(folder), "GOPATH": str(folder / "go"), "GOCACHE": str(folder / "cache")}
    flags = {"GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local"}
    built = subprocess.run(
        [go, "install", CRANE], env={**os.environ, **own, **flags}, capture_output=True, check=False
    )
    return str(folder / "crane") if not built.returncode else ""


if __name__ == "__main__":
    sys.exit(judge(figures))
