"""Manifests: one set of expectations, for our registry and for docker-registry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from aiohttp import web

from releasing.rehearsal.registry.distribution import MANIFEST_LIMIT
from releasing.rehearsal.registry.layout import OCI_INDEX, OCI_MANIFEST, digest_of
from releasing.rehearsal.registry.manifest_form import DOCKER_LIST, DOCKER_MANIFEST
from tests.support import conformance
from tests.support.conformance import CONFIG, EVERY_TYPE, Registry, document, image, index, part, path_of
from tests.support.registries import rehearsal_registry

registry, server = conformance.registry, conformance.server
ABSENT = digest_of(b"nothing has these bytes")
IMAGES = [OCI_MANIFEST, DOCKER_MANIFEST]
INDEXES = [(OCI_INDEX, OCI_MANIFEST), (DOCKER_LIST, DOCKER_MANIFEST)]


@pytest.mark.parametrize("media_type", IMAGES)
@pytest.mark.parametrize("by", ["tag", "digest"])
def test_a_manifest_comes_back_byte_for_byte(registry: Registry, media_type: str, by: str) -> None:
    content = registry.push_image("v1", media_type=media_type)
    answer = registry.ask(
        "GET", f"manifests/{'v1' if by == 'tag' else digest_of(content)}", headers=EVERY_TYPE
    )
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, content, media_type)
    assert answer.headers["Docker-Content-Digest"] == digest_of(content)


@pytest.mark.parametrize(("media_type", "of"), INDEXES)
def test_an_index_comes_back_byte_for_byte(registry: Registry, media_type: str, of: str) -> None:
    content = index(registry.push_image("amd64", media_type=of), media_type, of)
    assert registry.put_manifest("v1", content, media_type).status == 201
    answer = registry.ask("GET", "manifests/v1", headers=EVERY_TYPE)
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, content, media_type)


@pytest.mark.parametrize("media_type", IMAGES)
def test_without_accept_the_stored_bytes_are_served(registry: Registry, media_type: str) -> None:
    content = registry.push_image("v1", media_type=media_type)
    answer = registry.ask("GET", "manifests/v1")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, content, media_type)


def test_the_head_of_a_manifest_says_digest_type_and_length(registry: Registry) -> None:
    content = registry.push_image("v1")
    answer = registry.ask("HEAD", "manifests/v1", headers=EVERY_TYPE)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Docker-Content-Digest"] == digest_of(content)
    assert answer.headers["Content-Type"] == OCI_MANIFEST
    assert answer.headers["Content-Length"] == str(len(content))


def test_a_stored_manifest_says_where_it_is(registry: Registry) -> None:
    content = registry.push_image("v1")
    answer = registry.put_manifest("v2", content)
    assert answer.headers["Docker-Content-Digest"] == digest_of(content)
    assert path_of(answer) == f"/v2/{registry.repository}/manifests/{digest_of(content)}"


def test_a_manifest_without_media_type_is_taken_for_what_it_is_sent_as(registry: Registry) -> None:
    registry.push_image("v1")
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", **part(CONFIG)}
    content = document({"config": config, "layers": []})
    assert registry.put_manifest("plain", content).status == 201
    assert registry.ask("GET", "manifests/plain", headers=EVERY_TYPE).body == content


def test_a_manifest_put_by_digest_has_no_tag(registry: Registry) -> None:
    registry.push_image("v1")
    content = image(b"layer", annotations={"of": "another image"})
    assert registry.put_manifest(digest_of(content), content).status == 201
    assert registry.ask("GET", f"manifests/{digest_of(content)}", headers=EVERY_TYPE).body == content
    assert registry.tags() == ["v1"]


def test_a_manifest_under_another_digest_is_refused(registry: Registry) -> None:
    content = registry.push_image("v1")
    assert registry.put_manifest(ABSENT, content).refusal == (400, "DIGEST_INVALID")


def test_a_tag_moves(registry: Registry) -> None:
    first, second = registry.push_image("v1", b"first"), registry.push_image("v1", b"second")
    assert registry.ask("GET", "manifests/v1", headers=EVERY_TYPE).body == second
    assert registry.ask("GET", f"manifests/{digest_of(first)}", headers=EVERY_TYPE).body == first
    assert registry.tags() == ["v1"]


def test_a_tag_moves_across_media_types(registry: Registry) -> None:
    children = {each: registry.push_image("child", media_type=each) for each in IMAGES}
    contents = {**children, **{each: index(children[of], each, of) for each, of in INDEXES}}
    for media_type, content in [*contents.items(), *reversed(contents.items())]:
        assert registry.put_manifest("moving", content, media_type).status == 201
        answer = registry.ask("GET", "manifests/moving", headers=EVERY_TYPE)
        assert (answer.body, answer.headers["Content-Type"]) == (content, media_type)


def test_a_manifest_may_have_many_tags(registry: Registry) -> None:
    content = registry.push_image("v1")
    for tag in ("v1", "v2", "latest"):
        registry.put_manifest(tag, content)
    assert sorted(registry.tags()) == ["latest", "v1", "v2"]


def test_tagging_side_by_side_loses_nothing(registry: Registry) -> None:
    content = registry.push_image("v1")
    tags = [f"v{number}" for number in range(2, 40)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda tag: registry.put_manifest(tag, content), tags))
    assert {answer.status for answer in answers} == {201}
    assert sorted(registry.tags()) == sorted(["v1", *tags])


@pytest.mark.parametrize("missing", ["config", "layer", "child"])
def test_a_manifest_whose_parts_are_missing_is_refused(registry: Registry, missing: str) -> None:
    registry.push_blob(b"layer" if missing == "config" else CONFIG)
    content = index(image(b"layer")) if missing == "child" else image(b"layer")
    answer = registry.put_manifest("v1", content, OCI_INDEX if missing == "child" else OCI_MANIFEST)
    assert answer.refusal == (400, "MANIFEST_BLOB_UNKNOWN")


def test_a_manifest_of_another_repository_is_refused(registry: Registry) -> None:
    content = registry.push_image("v1")
    other = Registry(registry.url, f"{registry.repository}/other")
    assert other.put_manifest("v1", content).refusal == (400, "MANIFEST_BLOB_UNKNOWN")


@pytest.mark.parametrize("content", [b"", b"[]", b"not JSON", b'{"schemaVersion": 2, "config": 5}'])
def test_bytes_that_are_no_manifest_are_refused(registry: Registry, content: bytes) -> None:
    assert registry.put_manifest("v1", content).refusal == (400, "MANIFEST_INVALID")


@pytest.mark.parametrize("content", [b"{}", b'{"schemaVersion": 2, "layers": []}'])
def test_a_manifest_without_its_parts_is_refused(registry: Registry, content: bytes) -> None:
    assert registry.put_manifest("v1", content).refusal == (400, "MANIFEST_INVALID")


def test_a_manifest_of_another_schema_is_refused(registry: Registry) -> None:
    content = registry.push_image("v1").replace(b'"schemaVersion": 2', b'"schemaVersion": 1')
    assert registry.put_manifest("v2", content).refusal == (400, "MANIFEST_INVALID")


def test_a_manifest_of_another_type_than_it_is_sent_as_is_refused(registry: Registry) -> None:
    content = registry.push_image("v1")
    assert registry.put_manifest("v2", content, DOCKER_MANIFEST).refusal == (400, "MANIFEST_INVALID")


@pytest.mark.parametrize("reference", ["v2", ABSENT])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_unknown_manifest_is_not_found(registry: Registry, reference: str, method: str) -> None:
    registry.push_image("v1")
    answer = registry.ask(method, f"manifests/{reference}", headers=EVERY_TYPE)
    assert answer.refusal == (404, "MANIFEST_UNKNOWN" if method == "GET" else "")


def test_a_manifest_of_an_unknown_repository_is_not_found(registry: Registry) -> None:
    assert registry.ask("GET", "manifests/v1", headers=EVERY_TYPE).refusal == (404, "MANIFEST_UNKNOWN")


@pytest.mark.parametrize("tag", [".v1", "-v1", "v" * 129, "v1%20"])
def test_a_malformed_tag_is_refused(registry: Registry, tag: str) -> None:
    content = registry.push_image("v1")
    assert registry.put_manifest(tag, content).refusal == (400, "TAG_INVALID")


def test_a_tag_of_every_allowed_character_is_taken(registry: Registry) -> None:
    content = registry.push_image("_Az0.-" + "x" * 122)
    answer = registry.ask("GET", f"manifests/_Az0.-{'x' * 122}", headers=EVERY_TYPE)
    assert answer.body == content


@pytest.mark.parametrize("path", ["/v2/nothing", "/v1/"])
def test_an_unknown_path_is_not_found(registry: Registry, path: str) -> None:
    assert registry.ask("GET", path).status == 404


def test_a_manifest_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path) as url:
        assert Registry(url, "x").put_manifest("v1", bytes(MANIFEST_LIMIT + 1)).refusal == (
            413,
            "SIZE_INVALID",
        )


def test_a_blob_is_not_deleted_so_that_its_layout_stays_complete(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path) as url:
        registry = Registry(url, "x")
        digest = registry.push_blob(CONFIG)
        assert registry.ask("DELETE", f"blobs/{digest}").refusal == (405, "UNSUPPORTED")
        assert registry.ask("HEAD", f"blobs/{digest}").status == 200


def test_a_fault_answers_in_the_place_of_the_registry(tmp_path: Path) -> None:
    async def throttled(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=429) if request.method == "PUT" else None

    with rehearsal_registry(tmp_path, throttled) as url:
        registry = Registry(url, "x")
        assert registry.put_manifest("v1", image(b"layer")).status == 429
        assert registry.ask("GET", "/v2/").status == 200


def test_a_fault_may_drop_the_connection(tmp_path: Path) -> None:
    async def dropped(request: web.Request) -> web.StreamResponse | None:
        assert request.transport
        request.transport.close()
        return web.Response()

    with rehearsal_registry(tmp_path, dropped) as url, pytest.raises((HTTPException, OSError)):
        Registry(url, "x").ask("GET", "/v2/")
