"""Asking real registries: Debian's docker-registry and the rehearsal's own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.registry.client import Registry
from releasing.clients.registry.transport import Patience
from releasing.config import registries
from releasing.errors import UnreachableError, UsageError
from releasing.rehearsal.registry.layout import OCI_INDEX
from tests.support.faulty_registry import PROJECT, faulty_registry, fetched, index_of, pushed, stored
from tests.support.registries import docker_registry, rehearsal_registry

SERVERS = {"rehearsal": rehearsal_registry, "docker-registry": docker_registry}
BUILD = "v20180707-5a11c84d"


@pytest.fixture(scope="module", params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with SERVERS[request.param](tmp_path_factory.mktemp("registry")) as url:
        yield url


def environment(url: str) -> dict[str, str]:
    return {"RELEASE_REGISTRY_MIRRORS": f"gcr.io={url}/gcr.io", "HOME": "/nonexistent"}


def test_digests_are_those_that_were_pushed_and_none_for_what_is_absent(url: str) -> None:
    pushed_digests = pushed(url, "a", "katib/b")
    names = [f"{PROJECT}/{name}" for name in ("a", "katib/b", "never")]
    found = registries.digests(names, BUILD, environment(url))
    assert found == dict(zip(names, [pushed_digests["a"], pushed_digests["katib/b"], None], strict=True))
    assert registries.digest(names[0], "absent", environment(url)) is None


def test_labels_are_those_of_the_configuration_also_through_an_index(url: str) -> None:
    digest = pushed(url, "a")["a"]
    index = stored(url, f"{PROJECT}/a/manifests/multi", OCI_INDEX, index_of(url, "a", digest))
    assert registries.labels(f"{PROJECT}/a", digest, environment(url)) == {"build": BUILD}
    assert registries.labels(f"{PROJECT}/a", index, environment(url)) == {"build": BUILD}


def test_a_tag_gets_the_exact_bytes_and_type_of_an_index(url: str) -> None:
    index = stored(url, f"{PROJECT}/a/manifests/multi", OCI_INDEX, index_of(url, "a", pushed(url, "a")["a"]))

    async def work(client: Registry) -> None:
        manifest = await client.manifest(f"{PROJECT}/a", index)
        assert manifest
        await client.tag(f"{PROJECT}/a", "v0.2.1", manifest)

    registries.ask(work, environment(url))
    assert fetched(url, f"{PROJECT}/a/manifests/v0.2.1") == fetched(url, f"{PROJECT}/a/manifests/multi")
    assert registries.digest(f"{PROJECT}/a", "v0.2.1", environment(url)) == index


def test_all_pages_of_a_list_are_read(tmp_path: Path) -> None:
    async def one_at_a_time(request: web.Request) -> web.StreamResponse | None:
        if request.query or "tags/list" not in request.path:
            return None
        link = {"Link": f'<{request.path}?n=1&last=v0>; rel="next"'}
        return web.json_response({"name": "paged", "tags": ["v0"]}, headers=link)

    async def work(client: Registry) -> list[str]:
        return (await client.listing(f"{PROJECT}/paged")).all_tags

    with faulty_registry(tmp_path) as faulty:
        for number in range(3):
            pushed(faulty.url, "paged", tag=f"v{number}")
        faulty.fault = one_at_a_time
        assert registries.ask(work, faulty.environment) == ["v0", "v1", "v2"]


def test_it_may_be_called_from_several_threads(url: str) -> None:
    digest = pushed(url, "a")["a"]
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(registries.digest, f"{PROJECT}/a", BUILD, environment(url)) for _ in range(4)]
        assert [call.result() for call in calls] == [digest] * 4


def test_a_registry_that_is_away_is_unreachable() -> None:
    away = {"RELEASE_REGISTRY_MIRRORS": "gcr.io=http://127.0.0.1:9/gcr.io", "HOME": "/nonexistent"}

    async def work(client: Registry) -> str | None:
        return await client.digest(f"{PROJECT}/a", "v1")

    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"):
        registries.ask(work, away, patience=Patience(tries=2, first_pause=0.001))


def test_a_malformed_mirror_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="RELEASE_REGISTRY_MIRRORS"):
        registries.digest("gcr.io/a", "v1", {"RELEASE_REGISTRY_MIRRORS": "nonsense"})
