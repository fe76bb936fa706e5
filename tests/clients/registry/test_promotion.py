"""Making tags true: only the difference, refused as a whole, read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.registry import promotion
from releasing.clients.registry.client import Registry
from releasing.clients.registry.promotion_report import facts, lines
from releasing.clients.registry.transport import Patience
from releasing.config import registries
from releasing.errors import ConfigError, PreconditionError, UnmetError, UnreachableError, UsageError
from releasing.image import ImagePattern, ImageRef, movable
from releasing.image_tags import parse
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, fetched, listing, pushed, stored

TAG = "v0.2.1"
QUICK = Patience(tries=2, first_pause=0.001)


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_registry(tmp_path / "registry") as faulty:
        yield faulty


def watch(what: str, total: int) -> Callable[[], None]:
    return lambda: None


def promoted(
    faulty: Faulty, digests: dict[str, str], allow_move: str | None = None
) -> promotion.PromotionReport:
    tags = promotion.asked(parse(listing(digests, TAG), "f"), ImagePattern.parse(f".*:{TAG}"), "f")

    async def work(client: Registry) -> promotion.PromotionReport:
        plan = await promotion.plan(client, tags, movable(allow_move), watch)
        return await promotion.apply(client, plan, watch)

    return registries.ask(work, faulty.environment, patience=QUICK)


def there(faulty: Faulty, *names: str) -> dict[str, str | None]:
    found = registries.digests([f"{PROJECT}/{name}" for name in names], TAG, faulty.environment)
    return {name.removeprefix(f"{PROJECT}/"): digest for name, digest in found.items()}


def test_only_what_is_missing_is_written(faulty: Faulty) -> None:
    digests = pushed(faulty.url, "a", "b", "c")
    promoted(faulty, {"a": digests["a"]})
    faulty.asked.clear()
    report = promoted(faulty, digests)
    assert there(faulty, "a", "b", "c") == digests
    assert (len(report.applied), len(report.held), report.failed) == (2, 1, ())
    assert sorted(faulty.writes) == [f"PUT /v2/{PROJECT}/{name}/manifests/{TAG}" for name in "bc"]


def test_a_second_run_asks_once_for_each_tag_and_writes_nothing(faulty: Faulty) -> None:
    digests = pushed(faulty.url, "a", "b")
    promoted(faulty, digests)
    faulty.asked.clear()
    assert len(promoted(faulty, digests).held) == 2
    assert sorted(faulty.asked) == [f"HEAD /v2/{PROJECT}/{name}/manifests/{TAG}" for name in "ab"]


def test_a_tag_on_another_digest_refuses_the_whole_run(faulty: Faulty) -> None:
    old = pushed(faulty.url, "a", "b", tag="old")
    promoted(faulty, {"a": old["a"]})
    new = pushed(faulty.url, "a", "b", tag="new")
    faulty.asked.clear()
    with pytest.raises(PreconditionError, match=f"a:{TAG} is on {old['a']}, not {new['a']}"):
        promoted(faulty, new)
    with pytest.raises(PreconditionError):
        promoted(faulty, new, allow_move=f".*/b:{TAG}")
    assert faulty.writes == []


def test_a_tag_moves_when_the_move_is_named(faulty: Faulty) -> None:
    old = pushed(faulty.url, "a", tag="old")
    promoted(faulty, old)
    new = pushed(faulty.url, "a", tag="new")
    report = promoted(faulty, new, allow_move=f".*/a:{TAG}")
    assert [change.was for change in report.applied] == [old["a"]]
    assert there(faulty, "a") == new
    assert f"(was on {old['a']})" in lines(report)[0]


def test_a_floating_tag_moves_without_being_named_and_no_other_does(faulty: Faulty) -> None:
    old, latest = pushed(faulty.url, "a", tag="old"), "latest"
    promoted(faulty, old)
    stored(faulty.url, f"{PROJECT}/a/manifests/{latest}", *fetched(faulty.url, f"{PROJECT}/a/manifests/old"))
    new = pushed(faulty.url, "a", tag="new")["a"]
    image = f"{PROJECT}/a"

    async def moved(client: Registry, *tags: str) -> promotion.PromotionReport:
        wanted = [ImageRef(image, tag, new) for tag in tags]
        plan = await promotion.plan(client, wanted, None, watch, (latest,))
        return await promotion.apply(client, plan, watch)

    with pytest.raises(PreconditionError, match=f"a:{TAG} is on") as raised:
        registries.ask(lambda client: moved(client, latest, TAG), faulty.environment)
    assert f":{latest} is on" not in raised.value.message
    assert registries.digest(image, latest, faulty.environment) == old["a"]
    report = registries.ask(lambda client: moved(client, latest), faulty.environment)
    assert lines(report)[0] == f"applied        {image}:{latest} on {new} (was on {old['a']})"
    assert registries.digest(image, latest, faulty.environment) == new


def test_nothing_is_written_when_one_digest_is_missing(faulty: Faulty) -> None:
    digests = pushed(faulty.url, "a") | {"b": "sha256:" + "b" * 64}
    faulty.asked.clear()
    with pytest.raises(PreconditionError, match=f"{PROJECT}/b@sha256:b+ is not in the registry") as raised:
        promoted(faulty, digests)
    assert "allow-move" not in raised.value.hint
    assert faulty.writes == []


def test_what_fails_is_reported_and_the_next_run_does_only_the_rest(faulty: Faulty) -> None:
    digests = pushed(faulty.url, "a", "b")

    async def no_b(request: web.Request) -> web.StreamResponse | None:
        refused = request.method == "PUT" and f"{PROJECT}/b/" in request.path
        return web.Response(status=500) if refused else None

    faulty.fault = no_b
    report = promoted(faulty, digests)
    assert [change.wanted.name for change in report.applied] == [f"{PROJECT}/a"]
    assert lines(report)[-2].startswith(f"failed         {PROJECT}/b:{TAG}: ")
    assert "HTTP 500" in facts(report)["failed"][0]["why"]
    with pytest.raises(UnreachableError, match="1 of 2"):
        report.raise_failures()
    faulty.fault = None
    faulty.asked.clear()
    assert len(promoted(faulty, digests).applied) == 1
    assert faulty.writes == [f"PUT /v2/{PROJECT}/b/manifests/{TAG}"]


def test_a_write_that_is_only_claimed_is_found_by_reading_back(faulty: Faulty) -> None:
    digests = pushed(faulty.url, "a")

    async def lying(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=201) if request.method == "PUT" else None

    faulty.fault = lying
    report = promoted(faulty, digests)
    assert report.applied == ()
    with pytest.raises(UnmetError):
        report.raise_failures()


def test_many_tags_of_one_image_are_listed_once(faulty: Faulty) -> None:
    digest = pushed(faulty.url, "a")["a"]
    wanted = [ImageRef(f"{PROJECT}/a", f"v0.2.{number}", digest) for number in range(50)]

    async def work(client: Registry) -> promotion.PromotionReport:
        return await promotion.apply(client, await promotion.plan(client, wanted, None, watch), watch)

    faulty.asked.clear()
    assert len(registries.ask(work, faulty.environment).applied) == 50
    assert [line for line in faulty.asked if line.startswith("GET")] == [
        f"GET /v2/{PROJECT}/a/tags/list",
        f"GET /v2/{PROJECT}/a/manifests/{digest}",
    ]
    assert len(faulty.asked) == 2 + 50 + 50


def test_a_tag_on_two_rows_is_a_config_error_with_both_lines() -> None:
    rows = "".join(f"  - digest: sha256:{letter * 64}\n    tags: [latest]\n" for letter in "ab")
    tags = parse(f"images:\n- name: gcr.io/a/b\n  versions:\n{rows}".encode(), "f")
    with pytest.raises(ConfigError, match=r"f:6: gcr\.io/a/b:latest is on .*, and at line 4 on"):
        promotion.asked(tags, ImagePattern.parse(".*:latest"), "f")


def test_selecting_nothing_is_an_error() -> None:
    with pytest.raises(UsageError, match="no tag matches"):
        promotion.asked(
            parse(listing({"a": "sha256:" + "a" * 64}, TAG), "f"), ImagePattern.parse(".*:v9"), "f"
        )
