"""What conformance tests need: one client for every registry, and what is known to differ in each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, IncompleteRead
from typing import Any
from urllib.parse import urlsplit

import pytest

from releasing.rehearsal.registry.layout import OCI_INDEX, OCI_MANIFEST, digest_of
from releasing.rehearsal.registry.manifest_form import DOCKER_LIST, DOCKER_MANIFEST
from tests.support.registries import docker_registry, rehearsal_registry

SERVERS = {"rehearsal": rehearsal_registry, "docker-registry": docker_registry}
EVERY_TYPE = {"Accept": ", ".join([OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST])}
CONFIG = b'{"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}'

DOCKER_REGISTRY_DIFFERS = {
    "test_without_accept_the_stored_bytes_are_served": "converts to schema 1, or refuses an OCI manifest",
    "test_a_manifest_without_its_parts_is_refused": "fails with 500",
    "test_a_manifest_of_another_schema_is_refused": "fails with 500",
    "test_tags_are_sorted": "lists tags in the order of the folder",
    "test_tags_are_listed_in_pages": "does not read n and last",
    "test_a_page_length_that_is_no_number_is_refused": "does not read n and last",
    "test_a_malformed_tag_is_refused": "has no route for it: 404 in plain text",
    "test_a_deleted_tag_leaves_its_manifest": "does not delete tags",
    "test_an_unknown_tag_cannot_be_deleted": "does not delete tags",
    "test_referrers_are_listed": "has no referrers API",
    "test_referrers_are_filtered_by_type": "has no referrers API",
    "test_no_referrers_are_an_empty_index": "has no referrers API",
    "test_a_subject_is_acknowledged": "has no referrers API",
    "test_a_part_beyond_the_end_of_a_blob_is_refused": "says 416 with the length of a body and sends none",
    "test_one_post_is_a_whole_upload": "begins an upload instead, as the specification allows",
    "test_a_chunk_that_leaves_a_gap_is_refused": "does not read Content-Range",
    "test_a_chunk_shorter_than_its_range_is_refused": "does not read Content-Range",
    "test_a_malformed_range_is_refused": "does not read Content-Range",
}


@dataclass(frozen=True)
class Answer:
    """One answer of a registry."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """Give the body as JSON."""
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, str]:
        """Give the status and the first error code, which is empty when the body names none."""
        named = self.body and self.headers.get_content_type() == "application/json"
        errors = self.json.get("errors") if named else None
        return self.status, errors[0]["code"] if errors else ""


@dataclass(frozen=True)
class Registry:
    """A registry's address, and a repository in it that belongs to one test."""

    url: str
    repository: str

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request; the path is taken inside the repository unless it begins with a slash."""
        place = path if path.startswith("/") else f"/v2/{self.repository}/{path}"
        with closing(HTTPConnection(urlsplit(self.url).netloc)) as connection:
            connection.request(method, place, body, headers or {})
            with connection.getresponse() as response:
                return Answer(response.status, response.headers, response.read())

    def start_upload(self) -> str:
        """Start an upload; gives the path that continues it."""
        answer = self.ask("POST", "blobs/uploads/")
        assert answer.status == 202
        return path_of(answer)

    def finish_upload(self, place: str, digest: str, body: bytes = b"") -> Answer:
        """Complete an upload with a last chunk."""
        return self.ask("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest}", body)

    def push_blob(self, content: bytes) -> str:
        """Upload a blob; gives its digest."""
        assert self.finish_upload(self.start_upload(), digest_of(content), content).status == 201
        return digest_of(content)

    def put_manifest(self, reference: str, content: bytes, media_type: str = OCI_MANIFEST) -> Answer:
        """Put the bytes of a manifest under a tag or digest."""
        return self.ask("PUT", f"manifests/{reference}", content, {"Content-Type": media_type})

    def push_image(self, tag: str, layer: bytes = b"layer", media_type: str = OCI_MANIFEST) -> bytes:
        """Upload an image; gives the bytes of its manifest."""
        self.push_blob(CONFIG)
        self.push_blob(layer)
        content = image(layer, media_type)
        assert self.put_manifest(tag, content, media_type).status == 201
        return content

    def tags(self) -> list[str]:
        """List the tags in the order of the answer."""
        return list(self.ask("GET", "tags/list").json["tags"])


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """Run each registry in turn; gives its name and its base URL."""
    with SERVERS[request.param](tmp_path_factory.mktemp("registry")) as url:
        yield request.param, url


@pytest.fixture
def registry(request: pytest.FixtureRequest, server: tuple[str, str]) -> Registry:
    """Give a test its repository; where docker-registry is known to differ the test must fail on it."""
    name, url = server
    differs = DOCKER_REGISTRY_DIFFERS.get(request.function.__name__)
    if name == "docker-registry" and differs:
        raises = (AssertionError, IncompleteRead)
        request.applymarker(pytest.mark.xfail(reason=f"{name} {differs}", strict=True, raises=raises))
    return Registry(url, f"gcr.io/kubeflow-images-public/{digest_of(request.node.name.encode())[7:27]}")


def image(layer: bytes, media_type: str = OCI_MANIFEST, **more: Any) -> bytes:
    """Give an image manifest, indented and ended by a newline as no program would write it again."""
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", **part(CONFIG)}
    layers = [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **part(layer)}]
    return document({"mediaType": media_type, "config": config, "layers": layers, **more})


def index(manifest: bytes, media_type: str = OCI_INDEX, of: str = OCI_MANIFEST) -> bytes:
    """Give an image index of one manifest."""
    child = {"mediaType": of, **part(manifest), "platform": {"architecture": "amd64", "os": "linux"}}
    return document({"mediaType": media_type, "manifests": [child]})


def document(content: dict[str, Any]) -> bytes:
    """Give the bytes of a manifest."""
    return json.dumps({"schemaVersion": 2, **content}, indent=5).encode() + b"\n"


def part(content: bytes) -> dict[str, Any]:
    """Give what a manifest says about bytes."""
    return {"digest": digest_of(content), "size": len(content)}


def path_of(answer: Answer) -> str:
    """Give the path and query of an answer's Location, which may be absolute."""
    place = urlsplit(answer.headers["Location"])
    return f"{place.path}?{place.query}" if place.query else place.path
