"""Small real images: the same bytes every time, pushed once, to any registry."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from releasing.errors import UnreachableError, UsageError
from releasing.rehearsal.registry.layout import OCI_MANIFEST, digest_of
from releasing.rehearsal.registry.small_images import build, push
from tests.support.conformance import EVERY_TYPE, SERVERS, Registry
from tests.support.registries import installed, rehearsal_registry

REPOSITORY = "gcr.io/kubeflow-images-public/bootstrapper"
LABELS = {"commit": "1234567", "branch": "v0.2-branch"}
CREATED = "2018-06-20T00:00:00Z"


@pytest.fixture(scope="module", params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with SERVERS[request.param](tmp_path_factory.mktemp("registry")) as url:
        yield url


def test_the_pushed_image_is_on_its_tag(url: str) -> None:
    digest = push(url, REPOSITORY, "v0.2.1", LABELS, CREATED)
    answer = Registry(url, REPOSITORY).ask("GET", "manifests/v0.2.1", headers=EVERY_TYPE)
    assert (answer.status, answer.headers["Content-Type"]) == (200, OCI_MANIFEST)
    assert digest_of(answer.body) == digest


def test_skopeo_reads_the_labels_and_the_date(url: str) -> None:
    push(url, REPOSITORY, "v0.2.1", LABELS, CREATED)
    source = f"docker://{url.removeprefix('http://')}/{REPOSITORY}:v0.2.1"
    command = [installed("skopeo"), "inspect", "--tls-verify=false", source]
    shown = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (shown["Labels"], shown["Created"], shown["Os"]) == (LABELS, CREATED, "linux")


def test_the_layer_names_the_image_its_tag_and_its_labels() -> None:
    image = build(REPOSITORY, "v0.2.1", LABELS, CREATED)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(image.layer))) as layer:
        content = layer.extractfile("etc/image.json")
        assert content
        assert json.load(content) == {"image": REPOSITORY, "tag": "v0.2.1", "labels": LABELS}


def test_the_config_names_the_unpacked_layer() -> None:
    image = build(REPOSITORY, "v0.2.1", LABELS, CREATED)
    assert json.loads(image.config)["rootfs"]["diff_ids"] == [digest_of(gzip.decompress(image.layer))]


def test_the_layer_carries_no_time_of_its_own() -> None:
    """Bytes 4 to 7 of a gzip file are the time at which it was packed."""
    assert build(REPOSITORY, "v0.2.1", LABELS, CREATED).layer[4:8] == bytes(4)


def test_the_same_input_makes_the_same_image() -> None:
    other_order = dict(reversed(LABELS.items()))
    assert build(REPOSITORY, "v1", LABELS, CREATED) == build(REPOSITORY, "v1", other_order, CREATED)


def test_any_other_input_makes_another_image() -> None:
    images = [
        build(REPOSITORY, "v1", LABELS, CREATED),
        build("another", "v1", LABELS, CREATED),
        build(REPOSITORY, "v2", LABELS, CREATED),
        build(REPOSITORY, "v1", {}, CREATED),
        build(REPOSITORY, "v1", LABELS, "2018-06-21T00:00:00Z"),
    ]
    assert len({image.manifest for image in images}) == len(images)


def test_a_second_push_sends_one_question_and_nothing_else(tmp_path: Path) -> None:
    asked: list[str] = []

    async def listen(request: web.Request) -> None:
        asked.append(f"{request.method} {request.path}")

    with rehearsal_registry(tmp_path, listen) as url:
        first = push(url, REPOSITORY, "v0.2.1", LABELS, CREATED)
        asked.clear()
        assert push(url, REPOSITORY, "v0.2.1", LABELS, CREATED) == first
    assert asked == [f"HEAD /v2/{REPOSITORY}/manifests/v0.2.1"]


def test_a_push_takes_a_tag_back(url: str) -> None:
    first = push(url, REPOSITORY, "moving", LABELS, CREATED)
    assert push(url, REPOSITORY, "moving", {}, CREATED) != first
    push(url, REPOSITORY, "moving", LABELS, CREATED)
    answer = Registry(url, REPOSITORY).ask("HEAD", "manifests/moving", headers=EVERY_TYPE)
    assert answer.headers["Docker-Content-Digest"] == first


def test_more_tags_are_on_the_same_image(url: str) -> None:
    digest = push(url, REPOSITORY, "built", LABELS, CREATED, ["released", "latest"])
    for tag in ("built", "released", "latest"):
        answer = Registry(url, REPOSITORY).ask("HEAD", f"manifests/{tag}", headers=EVERY_TYPE)
        assert answer.headers["Docker-Content-Digest"] == digest


def test_the_digest_is_the_same_on_every_machine() -> None:
    manifest = build(REPOSITORY, "v0.2.1", LABELS, CREATED).manifest
    assert digest_of(manifest) == "sha256:d653b17156214a09e20de034233cace13f241620fcba68311bc4f82a6d051325"


def test_a_registry_that_is_not_there_is_named(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path) as url:
        pass
    with pytest.raises(UnreachableError, match=f"{url}: pushing a:v1 failed: .*refused"):
        push(url, "a", "v1", {}, CREATED)


def test_a_refusal_is_shown_with_what_was_expected(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path) as url, pytest.raises(UnreachableError) as caught:
        push(url, "Upper", "v1", {}, CREATED)
    assert caught.value.message == (
        f"{url}: pushing Upper:v1 failed: HEAD /v2/Upper/manifests/v1: 400, expected 200 or 404"
    )


@pytest.mark.parametrize(
    "address", ["https://gcr.io", "127.0.0.1:5000", "http://", "http://127.0.0.1:port", ""]
)
def test_only_plain_http_is_pushed_to(address: str) -> None:
    with pytest.raises(UsageError, match="not an address like http:"):
        push(address, "a", "v1", {}, CREATED)
