"""Tags written through a proxy that goes wrong, into Debian's docker-registry: what is said is what is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from releasing.clients.registry import promotion
from releasing.clients.registry.client import Registry
from releasing.clients.registry.progress import Progress
from releasing.clients.registry.promotion import PromotionReport
from releasing.clients.registry.promotion_report import lines
from releasing.clients.registry.transport import Patience
from releasing.config import registries
from releasing.errors import PreconditionError, ReleaseError, UnmetError, UnreachableError
from releasing.image import ImageRef
from releasing.image_tags import ImageTags, dump
from tests.support import fault_proxy as faults
from tests.support.fault_proxy import Fault, FaultProxy, Rule
from tests.support.faulty_registry import fetched
from tests.support.paths import SCRIPTS
from tests.support.tagged_images import (
    ELSEWHERE,
    GOOGLE,
    MEMORY,
    Digests,
    filled_registry,
    mirrored,
    standing,
    tagged,
    wanted,
)

PROGRAM = SCRIPTS / "apply_image_tags.py"
TAG = r"/manifests/(?!sha256:)"
MANIFEST = r"/manifests/sha256:"
LIST = r"/tags/list"
FINDING = {"HEAD": ("HEAD", TAG), "GET": ("GET", LIST)}
OTHER = "sha256:" + "0" * 64
QUICK = Patience(tries=4, throttled_tries=4, first_pause=0.001)
SHORT = replace(QUICK, timeout=1)
# As docker-registry answers while another request writes the same file.
CHECKSUM = (
    b'{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":"invalid checksum digest format"}]}'
)
UNKNOWN_BLOB = b'{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]}'


@dataclass
class World:
    """A registry with some images behind a proxy, and tags that nobody has used yet."""

    url: str
    digests: Digests
    proxy: FaultProxy
    before: dict[tuple[str, str], str]

    def rows(self, images: int = 2, tags: int = 1) -> ImageTags:
        some = {name: digests[:images] for name, digests in self.digests.items()}
        return tagged(some, *(f"v{number}" for number in range(tags)))

    def promoted(self, tags: list[ImageRef], patience: Patience = QUICK) -> PromotionReport:
        async def work(client: Registry) -> PromotionReport:
            plan = await promotion.plan(client, tags, None, Progress().phase)
            return await promotion.apply(client, plan, Progress().phase)

        return registries.ask(work, mirrored(self.proxy.url), patience=patience)

    def ran(self, file: Path, *words: str) -> subprocess.CompletedProcess[str]:
        with self.running(file, *words) as program:
            out, err = program.communicate()
        return subprocess.CompletedProcess(program.args, program.returncode, out, err)

    def running(self, file: Path, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(PROGRAM), "--images-file", str(file), "--pattern", ".*:.*", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            env=mirrored(self.proxy.url),
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    @property
    def another(self) -> bytes:
        """The bytes of a manifest that the first image has, too, and that nobody asks for."""
        name, digests = next(iter(self.digests.items()))
        return fetched(self.url, f"{name}/manifests/{digests[-1]}")[1]

    @property
    def written(self) -> dict[tuple[str, str], str]:
        """The tags that were not there before."""
        self.proxy.settle()
        now = standing(self.url, self.digests)
        assert now | self.before == now, "a tag that was there has moved"
        return {name: digest for name, digest in now.items() if name not in self.before}


@pytest.fixture(params=[ELSEWHERE])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    place = MEMORY if MEMORY.is_dir() else None
    with filled_registry(4, 5, request.param, place) as (url, digests), faults.fault_proxy(url) as proxy:
        yield World(url, digests, proxy, standing(url, digests))


def digests_of(tags: list[ImageRef]) -> dict[tuple[str, str], str]:
    return {(tag.name, tag.tag): tag.digest for tag in tags}


PASSING = {
    "throttled": faults.says(429),
    "throttled for a second": faults.says(429, Retry_After="1"),
    "throttled until a date": faults.says_until_a_date,
    "unavailable": faults.says(503),
    "a file in use": faults.says(500, CHECKSUM),
    "dropped": faults.drops,
    "answer lost": faults.loses,
    "answer cut": faults.cuts,
    "no HTTP": faults.babbles,
    "late": faults.dawdles,
    "answered late": faults.answers_late,
}


@pytest.mark.parametrize("method", ["HEAD", "GET", "PUT"])
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_what_passes_is_waited_out_and_nothing_is_written_twice(
    world: World, fault: Fault, method: str
) -> None:
    tags = wanted(world.rows())
    world.proxy.forget(Rule(fault, method, nth=(2, 3)))
    report = world.promoted(tags, SHORT if fault in (faults.dawdles, faults.answers_late) else QUICK)
    assert (len(report.applied), report.failed) == (len(tags), ())
    assert world.written == digests_of(tags)
    if fault is not faults.dawdles:
        assert len(world.proxy.writes) == len(tags)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.says(400, UNKNOWN_BLOB), UnmetError),
        (faults.says(403), UnmetError),
        (faults.claims(OTHER), UnmetError),
        (faults.says(503), UnreachableError),
        (faults.says(429, Retry_After="86400"), UnreachableError),
        (faults.drops, UnreachableError),
    ],
    ids=["missing blob", "denied", "other digest", "unavailable", "throttled for a day", "dropped"],
)
def test_what_lasts_for_one_image_fails_it_alone_and_the_next_run_does_only_the_rest(
    world: World, fault: Fault, error: type[ReleaseError]
) -> None:
    tags = wanted(world.rows())
    stuck = next(iter(world.digests))
    world.proxy.forget(Rule(fault, "PUT", stuck))
    report = world.promoted(tags)
    assert {change.wanted.name for change, _ in report.failed} == {stuck}
    assert {change.wanted.name for change in report.applied} == {*world.digests} - {stuck}
    with pytest.raises(error, match=f"{len(report.failed)} of {len(tags)} tags"):
        report.raise_failures()
    there = world.written
    assert there.items() <= digests_of(tags).items()
    assert {change.wanted.tagged for change in report.applied} <= {":".join(name) for name in there}
    world.proxy.forget()
    again = world.promoted(tags)
    assert (len(again.held), len(again.applied)) == (len(there), len(tags) - len(there))
    assert len(world.proxy.writes) == len(tags) - len(there)
    assert world.written == digests_of(tags)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.says(404), PreconditionError),
        (None, UnmetError),
        (faults.says(200, b"<html>", Content_Type="text/html"), UnmetError),
        (faults.says(503), UnreachableError),
    ],
    ids=["missing", "another one", "a page", "unavailable"],
)
def test_one_manifest_that_cannot_be_had_refuses_the_whole_run(
    world: World, fault: Fault | None, error: type[ReleaseError]
) -> None:
    tags = wanted(world.rows())
    fault = fault or faults.gives(world.another)
    world.proxy.forget(Rule(fault, "GET", f"{next(iter(world.digests))}{MANIFEST}"))
    with pytest.raises(error):
        world.promoted(tags)
    assert world.written == {}
    world.proxy.forget()
    assert len(world.promoted(tags).applied) == len(tags)


@pytest.mark.parametrize("world", [GOOGLE, ELSEWHERE], indirect=True)
@pytest.mark.parametrize("images", [2, 5], ids=["asked one by one", "listed"])
@pytest.mark.parametrize("methods", ["HEAD", "GET", "HEAD|GET"])
def test_not_found_said_in_passing_never_moves_a_tag(world: World, images: int, methods: str) -> None:
    tags = wanted(world.rows(images))
    world.promoted(tags)
    moved = [ImageRef(tag.name, tag.tag, world.digests[tag.name][-1 - int(tag.tag[-1])]) for tag in tags]
    wrong = [tag for tag, before in zip(moved, tags, strict=True) if tag.digest != before.digest]
    missing = faults.says(404)
    world.proxy.forget(*(Rule(missing, *FINDING[method], nth=(1,)) for method in methods.split("|")))
    with pytest.raises(PreconditionError, match=f"is on {tags[0].digest}, not {moved[0].digest}") as raised:
        world.promoted(moved)
    assert len(raised.value.message.splitlines()) == 1 + len(wrong)
    assert world.proxy.writes == []
    assert world.written == digests_of(tags)


@pytest.mark.parametrize(
    ("world", "finding"), [(GOOGLE, {"GET": 4}), (ELSEWHERE, {"GET": 4, "HEAD": 4})], indirect=["world"]
)
def test_only_the_requests_that_must_be_made_are_made(world: World, finding: dict[str, int]) -> None:
    tags = wanted(world.rows(images=5))
    each = {"GET": len(tags), "PUT": len(tags), "HEAD": len(tags)}
    world.promoted(tags)
    assert world.proxy.methods == Counter(each) + Counter(finding)
    world.proxy.forget()
    world.promoted(tags)
    lists = {"GET": 4} if "HEAD" not in finding else {}
    assert world.proxy.methods == {"HEAD": len(tags), **lists}


def test_a_tag_that_is_not_there_when_read_back_is_no_success(world: World) -> None:
    tags = wanted(world.rows())
    world.proxy.forget(Rule(faults.says(404), "HEAD|GET", TAG, nth=range(2 * len(tags) + 1, 999)))
    report = world.promoted(tags)
    assert (report.applied, len(report.failed)) == ((), len(tags))
    assert "written, but afterwards it is on None" in lines(report)[0]
    world.proxy.forget()
    assert len(world.promoted(tags).held) == len(tags)


@pytest.mark.parametrize(("world", "seed"), [(GOOGLE, 1), (ELSEWHERE, 2), (ELSEWHERE, 3)], indirect=["world"])
def test_whatever_goes_wrong_at_random_each_report_is_true_and_the_end_is_the_same(
    world: World, seed: int
) -> None:
    tags = wanted(world.rows(images=4, tags=12))
    slow = {PASSING[name] for name in PASSING if "late" in name or "throttled " in name}
    world.proxy.seed = seed
    world.proxy.forget(
        *(Rule(fault, chance=0.001 if fault in slow else 0.01) for fault in PASSING.values()),
        Rule(faults.says(404), "HEAD", chance=0.02),
        Rule(faults.says(400, UNKNOWN_BLOB), "PUT", chance=0.05),
        Rule(faults.claims(OTHER), "PUT", chance=0.05),
        Rule(faults.gives(world.another), "GET", MANIFEST, chance=0.01),
        Rule(faults.says(404), "GET", chance=0.01),
    )
    for _ in range(10):
        before = world.written
        try:
            report = world.promoted(tags, SHORT)
        except ReleaseError:
            assert world.written == before
            continue
        there = world.written
        assert there.items() <= digests_of(tags).items()
        applied = digests_of([change.wanted for change in report.applied])
        assert digests_of([*report.held]).items() | applied.items() <= there.items()
        assert len(report.applied) + len(report.held) + len(report.failed) == len(tags)
        if report.failed:
            break
    left = len(tags) - len(world.written)
    assert left
    world.proxy.forget()
    assert len(world.promoted(tags).applied) == left
    assert len(world.proxy.writes) == left
    assert world.written == digests_of(tags)


@pytest.mark.parametrize(
    ("fault", "method", "path", "code", "said"),
    [
        (faults.says(400, UNKNOWN_BLOB), "PUT", TAG, 5, "7 applied, 0 already there, 1 failed"),
        (faults.says(429, Retry_After="86400"), "PUT", TAG, 7, "7 applied, 0 already there, 1 failed"),
        (faults.says(404), "GET", MANIFEST, 4, ""),
    ],
    ids=["refused", "throttled", "missing"],
)
def test_the_program_ends_with_the_code_it_documents_and_with_a_report(
    world: World, tmp_path: Path, fault: Fault, method: str, path: str, code: int, said: str
) -> None:
    rows = world.rows()
    file = tmp_path / "image_tags.yaml"
    file.write_bytes(dump(rows))
    world.proxy.forget(Rule(fault, method, path, nth=(3,)))
    ended = world.ran(file)
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout.splitlines()[-1:] == ([said] if said else [])
    assert len(world.written) == (7 if said else 0)
    world.proxy.forget()
    assert world.ran(file).returncode == 0
    assert len(world.proxy.writes) == (1 if said else 8)
    assert world.written == digests_of(wanted(rows))


def kills(running: list[subprocess.Popen[str]], after: bool) -> Fault:
    """Kill the program that runs, before or after its request is passed on."""

    async def fault(asked: faults.Asked, forward: Callable[[], Awaitable[faults.Reply]]) -> None:
        if after:
            await forward()
        os.kill(running[-1].pid, signal.SIGKILL)

    return fault


def test_killed_again_and_again_it_writes_each_of_a_thousand_tags_once(world: World, tmp_path: Path) -> None:
    rows = world.rows(images=5, tags=50)
    file = tmp_path / "image_tags.yaml"
    file.write_bytes(dump(rows))
    running: list[subprocess.Popen[str]] = []
    writes: list[str] = []
    for place, after in [(1, False), (1, True), (40, False), (300, True), (400, False)]:
        world.proxy.forget(Rule(kills(running, after), "PUT", nth=(place,)))
        with world.running(file) as program:
            running.append(program)
            program.communicate()
        assert program.returncode == -signal.SIGKILL
        world.proxy.settle()
        writes += world.proxy.writes
    world.proxy.forget()
    ended = world.ran(file)
    assert ended.returncode == 0, ended.stderr
    writes += world.proxy.writes
    assert len(writes) == len({*writes}) == 1000
    left = len(world.proxy.writes)
    assert ended.stdout.splitlines()[-1] == f"{left} applied, {1000 - left} already there, 0 failed"
    assert 0 < left < 300
    assert world.written == digests_of(wanted(rows))


def test_an_answer_that_may_be_compressed_on_the_way_is_read_as_it_was_stored(world: World) -> None:
    tags = wanted(world.rows(images=3))
    world.proxy.forget(Rule(faults.squeezes))
    assert len(world.promoted(tags).applied) == len(tags)
    assert world.written == digests_of(tags)


def test_a_registry_that_goes_away_is_given_up_and_the_next_run_does_the_rest(world: World) -> None:
    tags = wanted(world.rows(images=5, tags=10))
    world.proxy.forget(Rule(faults.drops, "PUT", nth=range(51, 999)), Rule(faults.drops, nth=range(90, 999)))
    report = world.promoted(tags)
    with pytest.raises(UnreachableError, match="200 of 200 tags"):
        report.raise_failures()
    there = world.written
    assert 0 < len(there) <= 90
    assert there.items() <= digests_of(tags).items()
    world.proxy.forget()
    assert len(world.promoted(tags).applied) == len(world.proxy.writes) == len(tags) - len(there)
    assert world.written == digests_of(tags)


def test_the_proxy_without_rules_changes_nothing(world: World) -> None:
    name, digests = next(iter(world.digests.items()))
    path = f"{name}/manifests/{digests[0]}"
    assert fetched(world.proxy.url, path) == fetched(world.url, path)
