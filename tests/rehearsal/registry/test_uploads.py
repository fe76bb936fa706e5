"""Blobs and their uploads: one set of expectations, for our registry and for docker-registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.rehearsal.registry.layout import digest_of
from tests.support import conformance
from tests.support.conformance import Registry, path_of
from tests.support.registries import rehearsal_registry

registry, server = conformance.registry, conformance.server
CONTENT = b"0123456789"
DIGEST = digest_of(CONTENT)
ABSENT = digest_of(b"nothing has these bytes")


def test_the_protocol_has_its_version(registry: Registry) -> None:
    answer = registry.ask("GET", "/v2/")
    assert (answer.status, answer.json) == (200, {})
    assert answer.headers["Docker-Distribution-API-Version"] == "registry/2.0"


def test_a_blob_comes_back_as_it_was_sent(registry: Registry) -> None:
    registry.push_blob(CONTENT)
    answer = registry.ask("GET", f"blobs/{DIGEST}")
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["Docker-Content-Digest"] == DIGEST


def test_the_head_of_a_blob_says_its_length(registry: Registry) -> None:
    registry.push_blob(CONTENT)
    answer = registry.ask("HEAD", f"blobs/{DIGEST}")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "10")


def test_a_part_of_a_blob_can_be_read(registry: Registry) -> None:
    registry.push_blob(CONTENT)
    answer = registry.ask("GET", f"blobs/{DIGEST}", headers={"Range": "bytes=2-4"})
    assert (answer.status, answer.body, answer.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")


def test_a_part_beyond_the_end_of_a_blob_is_refused(registry: Registry) -> None:
    registry.push_blob(CONTENT)
    assert registry.ask("GET", f"blobs/{DIGEST}", headers={"Range": "bytes=20-30"}).status == 416


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_unknown_blob_is_not_found(registry: Registry, method: str) -> None:
    registry.push_blob(CONTENT)
    answer = registry.ask(method, f"blobs/{ABSENT}")
    assert answer.status == 404
    assert method == "HEAD" or answer.refusal == (404, "BLOB_UNKNOWN")


@pytest.mark.parametrize("digest", ["sha256:12", "sha256:" + "X" * 64])
def test_a_blob_is_not_looked_up_by_a_malformed_digest(registry: Registry, digest: str) -> None:
    registry.push_blob(CONTENT)
    assert registry.ask("GET", f"blobs/{digest}").refusal == (400, "DIGEST_INVALID")


def test_a_blob_belongs_to_its_repository(registry: Registry) -> None:
    registry.push_blob(CONTENT)
    assert registry.ask("GET", f"/v2/another/repository/blobs/{DIGEST}").refusal == (404, "BLOB_UNKNOWN")


def test_an_empty_blob_is_a_blob(registry: Registry) -> None:
    registry.push_blob(b"")
    assert registry.ask("GET", f"blobs/{digest_of(b'')}").body == b""


def test_a_blob_can_be_pushed_twice(registry: Registry) -> None:
    registry.push_blob(CONTENT)
    registry.push_blob(CONTENT)
    assert registry.ask("HEAD", f"blobs/{DIGEST}").status == 200


def test_one_post_is_a_whole_upload(registry: Registry) -> None:
    answer = registry.ask("POST", f"blobs/uploads/?digest={DIGEST}", CONTENT)
    assert answer.status == 201
    assert registry.ask("GET", path_of(answer)).body == CONTENT


def test_a_finished_upload_says_where_the_blob_is(registry: Registry) -> None:
    answer = registry.finish_upload(registry.start_upload(), DIGEST, CONTENT)
    assert answer.headers["Docker-Content-Digest"] == DIGEST
    assert path_of(answer) == f"/v2/{registry.repository}/blobs/{DIGEST}"


def test_bytes_with_another_digest_are_refused(registry: Registry) -> None:
    answer = registry.finish_upload(registry.start_upload(), ABSENT, CONTENT)
    assert answer.refusal == (400, "DIGEST_INVALID")
    assert registry.ask("HEAD", f"blobs/{ABSENT}").status == 404


@pytest.mark.parametrize(
    "digest", ["", "sha256:12", "md5:d41d8cd98f00b204e9800998ecf8427e", "sha256:" + "X" * 64]
)
def test_a_malformed_digest_is_refused(registry: Registry, digest: str) -> None:
    assert registry.finish_upload(registry.start_upload(), digest, CONTENT).refusal == (400, "DIGEST_INVALID")


def test_chunks_make_a_blob(registry: Registry) -> None:
    first = registry.ask("PATCH", registry.start_upload(), CONTENT[:4], {"Content-Range": "0-3"})
    assert (first.status, first.headers["Range"]) == (202, "0-3")
    second = registry.ask("PATCH", path_of(first), CONTENT[4:8], {"Content-Range": "4-7"})
    assert (second.status, second.headers["Range"]) == (202, "0-7")
    assert registry.finish_upload(path_of(second), DIGEST, CONTENT[8:]).status == 201
    assert registry.ask("GET", f"blobs/{DIGEST}").body == CONTENT


def test_a_chunk_needs_no_range(registry: Registry) -> None:
    first = registry.ask("PATCH", registry.start_upload(), CONTENT)
    assert (first.status, first.headers["Range"]) == (202, "0-9")
    assert registry.finish_upload(path_of(first), DIGEST).status == 201


def test_a_chunk_that_leaves_a_gap_is_refused(registry: Registry) -> None:
    first = registry.ask("PATCH", registry.start_upload(), CONTENT[:4], {"Content-Range": "0-3"})
    assert registry.ask("PATCH", path_of(first), CONTENT[8:], {"Content-Range": "8-9"}).status == 416
    assert registry.ask("GET", path_of(first)).headers["Range"] == "0-3"


def test_a_chunk_shorter_than_its_range_is_refused(registry: Registry) -> None:
    answer = registry.ask("PATCH", registry.start_upload(), CONTENT[:4], {"Content-Range": "0-7"})
    assert answer.refusal == (400, "SIZE_INVALID")


def test_a_malformed_range_is_refused(registry: Registry) -> None:
    answer = registry.ask("PATCH", registry.start_upload(), CONTENT, {"Content-Range": "all"})
    assert answer.refusal == (400, "BLOB_UPLOAD_INVALID")


def test_an_upload_says_how_far_it_is(registry: Registry) -> None:
    first = registry.ask("PATCH", registry.start_upload(), CONTENT[:4])
    status = registry.ask("GET", path_of(first))
    assert (status.status, status.headers["Range"]) == (204, "0-3")
    assert registry.finish_upload(path_of(status), DIGEST, CONTENT[4:]).status == 201


def test_a_cancelled_upload_is_gone(registry: Registry) -> None:
    place = registry.start_upload()
    assert registry.ask("DELETE", place).status == 204
    assert registry.finish_upload(place, DIGEST, CONTENT).refusal == (404, "BLOB_UPLOAD_UNKNOWN")


def test_a_finished_upload_is_gone(registry: Registry) -> None:
    place = registry.start_upload()
    registry.finish_upload(place, DIGEST, CONTENT)
    assert registry.ask("GET", place).refusal == (404, "BLOB_UPLOAD_UNKNOWN")


def test_a_blob_is_mounted_from_another_repository(registry: Registry) -> None:
    registry.push_blob(CONTENT)
    other = Registry(registry.url, f"{registry.repository}/mounted")
    answer = other.ask("POST", f"blobs/uploads/?mount={DIGEST}&from={registry.repository}")
    assert (answer.status, path_of(answer)) == (201, f"/v2/{other.repository}/blobs/{DIGEST}")
    assert other.ask("GET", f"blobs/{DIGEST}").body == CONTENT


def test_a_mount_of_what_is_not_there_becomes_an_upload(registry: Registry) -> None:
    answer = registry.ask("POST", f"blobs/uploads/?mount={DIGEST}&from=another/repository")
    assert answer.status == 202
    assert registry.finish_upload(path_of(answer), DIGEST, CONTENT).status == 201


@pytest.mark.parametrize("repository", ["lower/UPPER", "under/_score", "dot/.git"])
def test_a_malformed_repository_gets_no_upload(registry: Registry, repository: str) -> None:
    assert registry.ask("POST", f"/v2/{repository}/blobs/uploads/").status in (400, 404)


def test_an_upload_goes_on_after_a_restart(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path) as url:
        first = Registry(url, "katib")
        place = path_of(first.ask("PATCH", first.start_upload(), CONTENT[:4]))
    with rehearsal_registry(tmp_path) as url:
        assert Registry(url, "katib").finish_upload(place, DIGEST, CONTENT[4:]).status == 201


def test_a_repository_cannot_lie_inside_the_layout_of_another(tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path) as url:
        answer = Registry(url, "katib/blobs/sha256").ask("POST", "blobs/uploads/")
    assert answer.refusal == (400, "NAME_INVALID")
