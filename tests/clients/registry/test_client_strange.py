"""Registries that answer as real ones were seen to, or as somebody might have them answer: bounded, and told."""

from __future__ import annotations

import json
import resource
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web

from releasing.clients.registry import client, listing, promotion
from releasing.clients.registry.client import Registry
from releasing.clients.registry.documents import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    media_type,
)
from releasing.clients.registry.transport import Patience
from releasing.config import registries
from releasing.errors import PreconditionError, ReleaseError, UnmetError
from releasing.image import ImageRef
from tests.support.faulty_registry import (
    PROJECT,
    Faulty,
    answers,
    faulty_registry,
    fetched,
    index_of,
    pushed,
    stored,
    without_end,
)

T = TypeVar("T")
IMAGE, BUILD = f"{PROJECT}/a", "v20180707-5a11c84d"
DEEP = b"[" * 200_000


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_registry(tmp_path) as faulty:
        yield faulty


def asked(faulty: Faulty, work: Callable[[Registry], Awaitable[T]]) -> T:
    return registries.ask(work, faulty.environment, patience=Patience(tries=2, first_pause=0.001))


def refusal(faulty: Faulty, work: Callable[[Registry], Awaitable[object]]) -> str:
    with pytest.raises(ReleaseError) as caught:
        asked(faulty, work)
    return caught.value.message


async def tags(registry: Registry) -> list[str]:
    return (await registry.listing(IMAGE)).all_tags


def without_head(status: int) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    async def fault(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=status) if request.method == "HEAD" else None

    return fault


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_what_head_does_not_find_get_may_give(faulty: Faulty, status: int) -> None:
    digest = pushed(faulty.url, "a")["a"]
    faulty.fault = without_head(status)
    faulty.asked.clear()

    async def work(registry: Registry) -> list[str | None]:
        return [await registry.digest(IMAGE, each) for each in (BUILD, digest, BUILD)]

    assert asked(faulty, work) == [digest] * 3
    assert [line.split()[0] for line in faulty.asked] == ["HEAD", "GET", "GET", "GET"], "it is learnt once"
    assert registries.digest(IMAGE, "v9", faulty.environment) is None


@pytest.mark.parametrize("images", [1, 4], ids=["asked one by one", "listed"])
def test_tags_are_written_and_read_back_where_head_is_not_known(faulty: Faulty, images: int) -> None:
    digest = pushed(faulty.url, "a")["a"]
    faulty.fault = without_head(404)
    wanted = [ImageRef(IMAGE, f"v0.2.{number}", digest) for number in range(images)]

    async def promoted(registry: Registry) -> promotion.PromotionReport:
        plan = await promotion.plan(registry, wanted, None, lambda *_: lambda: None)
        return await promotion.apply(registry, plan, lambda *_: lambda: None)

    first, second = asked(faulty, promoted), asked(faulty, promoted)
    assert (len(first.applied), first.failed) == (images, ())
    assert (len(second.held), second.applied) == (images, ())


@pytest.mark.parametrize(
    "served_as", ["application/json", "application/octet-stream", "text/plain; charset=utf-8", ""]
)
@pytest.mark.parametrize("kind", [OCI_MANIFEST, OCI_INDEX])
def test_a_manifest_is_written_as_what_it_is_whatever_it_was_served_as(
    faulty: Faulty, served_as: str, kind: str
) -> None:
    digest = pushed(faulty.url, "a")["a"]
    if kind == OCI_INDEX:
        digest = stored(faulty.url, f"{IMAGE}/manifests/multi", OCI_INDEX, index_of(faulty.url, "a", digest))
    _, content = fetched(faulty.url, f"{IMAGE}/manifests/{digest}")

    async def renamed(request: web.Request) -> web.StreamResponse | None:
        if request.method == "GET" and request.path.endswith(digest):
            return web.Response(body=content, headers={"Content-Type": served_as} if served_as else {})
        return None

    faulty.fault = renamed

    async def work(registry: Registry) -> None:
        manifest = await registry.manifest(IMAGE, digest)
        assert manifest
        await registry.tag(IMAGE, "v0.2.1", manifest)

    asked(faulty, work)
    assert fetched(faulty.url, f"{IMAGE}/manifests/v0.2.1") == (kind, content)


@pytest.mark.parametrize(
    ("document", "served_as", "expected"),
    [
        ({"mediaType": DOCKER_LIST, "manifests": []}, "application/json", DOCKER_LIST),
        ({"mediaType": DOCKER_MANIFEST}, OCI_MANIFEST, DOCKER_MANIFEST),
        ({"schemaVersion": 2, "config": {}}, f"{DOCKER_MANIFEST}; charset=utf-8", DOCKER_MANIFEST),
        ({"schemaVersion": 2, "manifests": []}, "application/octet-stream", OCI_INDEX),
        ({"schemaVersion": 2, "config": {}, "mediaType": 7}, "", OCI_MANIFEST),
        (
            {"schemaVersion": 1},
            "application/json",
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
        ),
        ([], "application/json", "application/json"),
    ],
)
def test_the_type_of_a_manifest_is_its_own(document: object, served_as: str, expected: str) -> None:
    assert media_type(json.dumps(document).encode(), served_as) == expected


def paged(*links: str) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """Two pages; the first has these Link headers, with PATH for the path of the list."""

    async def fault(request: web.Request) -> web.StreamResponse | None:
        if not request.path.endswith("/tags/list"):
            return None
        if "last" in request.query:
            return web.json_response({"tags": ["v2"]})
        answer = web.json_response({"tags": ["v1"]})
        for link in links:
            answer.headers.add("Link", link.replace("PATH", request.path))
        return answer

    return fault


@pytest.mark.parametrize(
    "links",
    [
        ('<PATH?last=v1>; rel="next"',),
        ("<PATH?last=v1>; rel=next",),
        ('<PATH?last=v1>; title="a, b"; REL = "prev next"',),
        ('<PATH>; rel="first", <PATH?last=v1>; rel="next"',),
        ('<PATH>; rel="self"', '<https://docs.example/help>; rel="help"', '<PATH?last=v1>; rel="next"'),
        ("<PATH?last=v1>",),
        ("PATH?last=v1",),
        ("PATH?last=v1; rel=next",),
    ],
)
def test_the_next_page_is_found_among_links(faulty: Faulty, links: tuple[str, ...]) -> None:
    faulty.fault = paged(*links)
    assert asked(faulty, tags) == ["v1", "v2"]


@pytest.mark.parametrize(
    "links",
    [
        *((f'<PATH?last=v1>; rel="{relation}"',) for relation in ("prev", "first", "self", "last", "help")),
        ("<https://docs.example/help>",),
        ('<PATH?last=v1>; rel="prev", <PATH>; rel="first"',),
        ("",),
    ],
)
def test_links_to_something_else_are_not_followed(faulty: Faulty, links: tuple[str, ...]) -> None:
    faulty.fault = paged(*links)
    assert asked(faulty, tags) == ["v1"]
    assert len(faulty.asked) == 1


@pytest.mark.parametrize("link", ["<PATH?last=v1", "<<>>", ";;", '<PATH?last=v1>; rel="next'])
def test_a_link_that_cannot_be_read_is_an_error_because_tags_may_be_missing(
    faulty: Faulty, link: str
) -> None:
    faulty.fault = paged(link)
    assert "Link header is not <ADDRESS>" in refusal(faulty, tags)


def endless(fresh: bool) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """A list whose every page leads to another: always the same one, or always a new one without a new tag."""

    async def fault(request: web.Request) -> web.StreamResponse | None:
        number = int(request.query.get("last", "0")) + 1
        link = {"Link": f'<{request.path}?last={number if fresh else 1}>; rel="next"'}
        return web.json_response({"tags": ["v1"]}, headers=link)

    return fault


@pytest.mark.parametrize(("fresh", "most", "says"), [(False, 2, "goes round"), (True, 13, "has no end")])
def test_a_list_that_goes_round_is_left_at_once(faulty: Faulty, fresh: bool, most: int, says: str) -> None:
    faulty.fault = endless(fresh)
    assert says in refusal(faulty, tags)
    assert len(faulty.asked) <= most


def test_a_list_has_so_many_pages_and_takes_so_long_at_most(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def growing(request: web.Request) -> web.StreamResponse | None:
        number = int(request.query.get("last", "0")) + 1
        link = {"Link": f'<{request.path}?last={number}>; rel="next"'}
        return web.json_response({"tags": [f"v{number}"]}, headers=link)

    faulty.fault = growing
    monkeypatch.setattr(listing, "MOST_PAGES", 20)
    assert "has no end: " in refusal(faulty, tags)
    assert len(faulty.asked) <= 21
    monkeypatch.setattr(client, "LIST_SECONDS", 0.0)
    assert "has no end within 0 s" in refusal(faulty, tags)


def test_a_page_that_is_missing_in_the_middle_is_no_empty_list(faulty: Faulty) -> None:
    async def cut(request: web.Request) -> web.StreamResponse | None:
        if request.query:
            return web.Response(status=404)
        return web.json_response({"tags": ["v1"]}, headers={"Link": f'<{request.path}?last=v1>; rel="next"'})

    faulty.fault = cut
    assert "HTTP 404" in refusal(faulty, tags)


@pytest.mark.parametrize("told", [True, False], ids=["with its length", "without"])
@pytest.mark.parametrize(
    "work", [tags, lambda registry: registry.manifest(IMAGE, BUILD)], ids=["a list", "a manifest"]
)
def test_a_body_without_end_is_left(
    faulty: Faulty, work: Callable[[Registry], Awaitable[object]], told: bool
) -> None:
    faulty.fault = without_end(told)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "has more than" in refusal(faulty, work)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # KiB


STRANGE = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"<html>",
    DEEP,
    b'{"a": ' * 200_000,
    b"\xff\xfe",
]
LISTS: list[Any] = [
    {"tags": "v1"},
    {"tags": [1]},
    {"tags": {"v1": 1}},
    {"tags": [None]},
    {"tags": ["v1"], "child": "x"},
    {"tags": ["v1"], "child": ["../../etc"]},
    {"tags": ["v1"], "manifest": []},
    {"tags": ["v1"], "manifest": {"sha256:1": {}}},
    {"tags": ["v1"], "manifest": {f"sha256:{'a' * 64}": []}},
    {"tags": ["v1"], "manifest": {f"sha256:{'a' * 64}": {"tag": "v1"}}},
]


@pytest.mark.parametrize(
    "body", [*STRANGE, *(json.dumps(each).encode() for each in LISTS)], ids=lambda each: str(each[:30])
)
def test_a_list_of_another_form_is_one_clear_error(faulty: Faulty, body: bytes) -> None:
    faulty.fault = answers(body)
    assert f"the list of tags of {IMAGE}" in refusal(faulty, tags)


@pytest.mark.parametrize("body", STRANGE, ids=lambda each: str(each[:30]))
def test_a_manifest_of_another_form_is_one_clear_error(faulty: Faulty, body: bytes) -> None:
    faulty.fault = answers(body)

    async def work(registry: Registry) -> object:
        return await registry.configuration(IMAGE, BUILD)

    assert "JSON" in refusal(faulty, work)


@pytest.mark.parametrize(
    "document",
    [
        {"manifests": "x"},
        {"manifests": [7]},
        {"manifests": [{}]},
        {"manifests": [{"digest": "sha256:1"}]},
        {"manifests": [{"digest": ["x"]}]},
    ],
)
def test_an_index_with_parts_of_another_form_is_one_clear_error(faulty: Faulty, document: object) -> None:
    faulty.fault = answers(json.dumps(document).encode())

    async def work(registry: Registry) -> object:
        return await registry.configuration(IMAGE, BUILD)

    assert "'manifests'" in refusal(faulty, work)


@pytest.mark.parametrize(
    "document", [{"config": 7}, {"config": {"digest": 7}}, {"config": {}}, {"layers": []}]
)
def test_a_manifest_without_a_configuration_has_no_labels(faulty: Faulty, document: object) -> None:
    faulty.fault = answers(json.dumps(document).encode())
    assert registries.labels(IMAGE, BUILD, faulty.environment) == {}


@pytest.mark.parametrize(
    "created", ["", None, True, [], {}, "soon", "1e12", "-5", -5, "9" * 5000, 1e300, float("inf")]
)
def test_a_time_that_is_none_is_unknown_and_no_error(faulty: Faulty, created: object) -> None:
    digest = f"sha256:{'a' * 64}"
    page = {"tags": ["v1"], "manifest": {digest: {"tag": ["v1"], "timeCreatedMs": created}}}
    faulty.fault = answers(json.dumps(page).encode())

    async def work(registry: Registry) -> object:
        return await registry.listing(IMAGE)

    found = asked(faulty, work)
    assert found.builds[digest].created is None  # type: ignore[attr-defined]


ATTESTATION = {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
UNKNOWN = {"platform": {"os": "unknown", "architecture": "unknown"}}


@pytest.mark.parametrize(
    "beside", [ATTESTATION, UNKNOWN, ATTESTATION | UNKNOWN, {"artifactType": "application/sbom"}]
)
def test_labels_are_those_of_the_first_image_in_an_index_whatever_stands_before_it(
    faulty: Faulty, beside: dict[str, Any]
) -> None:
    image, other = pushed(faulty.url, "a")["a"], pushed(faulty.url, "a", tag="v2")["a"]
    parts = [{"mediaType": OCI_MANIFEST, "size": 1, "digest": each} for each in (other, image)]
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [parts[0] | beside, parts[1]]}
    index = stored(faulty.url, f"{IMAGE}/manifests/multi", OCI_INDEX, json.dumps(document).encode())
    assert registries.labels(IMAGE, index, faulty.environment) == {"build": BUILD}


def test_an_index_of_attestations_alone_has_no_labels(faulty: Faulty) -> None:
    digest = pushed(faulty.url, "a")["a"]
    part = {"mediaType": OCI_MANIFEST, "size": 1, "digest": digest} | ATTESTATION
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [part]}
    index = stored(faulty.url, f"{IMAGE}/manifests/multi", OCI_INDEX, json.dumps(document).encode())
    assert registries.labels(IMAGE, index, faulty.environment) == {}


@pytest.mark.parametrize("tag", ["../../b/manifests/v1", "v1?x=1", "a\x1b[2J", "", "x" * 200, "sha256:1"])
def test_what_is_no_tag_is_not_asked_for(faulty: Faulty, tag: str) -> None:
    assert registries.digest(IMAGE, tag, faulty.environment) is None
    assert faulty.asked == []


def test_one_strange_image_does_not_hide_the_others(faulty: Faulty) -> None:
    """All of many questions are answered, or one error names what came in the way."""
    pushed(faulty.url, "a", "b")

    async def deep(request: web.Request) -> web.StreamResponse | None:
        strange = "/b/manifests/" in request.path
        return web.Response(body=DEEP if request.method == "GET" else b"") if strange else None

    faulty.fault = deep
    with pytest.raises(UnmetError, match="nested too deeply"):
        registries.digests([IMAGE, f"{PROJECT}/b"], BUILD, faulty.environment)


def unchanged(*, asked_only: bool) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """Answer HEAD as docker-registry does when a tag is on the digest of If-None-Match; or whatever was asked."""

    async def fault(request: web.Request) -> web.StreamResponse | None:
        conditional = "If-None-Match" in request.headers
        return (
            web.Response(status=304) if request.method == "HEAD" and (conditional or not asked_only) else None
        )

    return fault


def test_what_was_just_written_may_be_read_back_as_unchanged(faulty: Faulty) -> None:
    digest = pushed(faulty.url, "a")["a"]
    faulty.fault = unchanged(asked_only=True)

    async def work(registry: Registry) -> list[str | None]:
        return [await registry.digest(IMAGE, BUILD, written=digest), await registry.digest(IMAGE, BUILD)]

    assert asked(faulty, work) == [digest] * 2
    assert [line.split()[0] for line in faulty.asked[-2:]] == ["HEAD", "HEAD"]


def test_a_tag_on_another_digest_is_told_whatever_was_written(faulty: Faulty) -> None:
    digest = pushed(faulty.url, "a")["a"]

    async def work(registry: Registry) -> str | None:
        return await registry.digest(IMAGE, BUILD, written="sha256:" + "0" * 64)

    assert asked(faulty, work) == digest


def test_unchanged_is_no_answer_to_a_question_without_a_condition(faulty: Faulty) -> None:
    pushed(faulty.url, "a")
    faulty.fault = unchanged(asked_only=False)

    async def work(registry: Registry) -> str | None:
        return await registry.digest(IMAGE, BUILD)

    with pytest.raises(PreconditionError, match="answers HTTP 304"):
        asked(faulty, work)
