"""Finding builds: tag by tag, and through the lists of Google's registries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from releasing.clients.registry import registry_builds
from releasing.clients.registry.client import Registry
from releasing.clients.registry.registry_builds import builds
from releasing.config import registries
from releasing.errors import UnmetError, UsageError
from releasing.image import ImagePattern
from releasing.image_tags import ImageRow, TaggedDigest
from releasing.rehearsal.registry import small_images
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, pushed

WHEN = datetime(2018, 7, 7, 16, 34, 49, tzinfo=UTC)
A = "sha256:" + "a" * 64


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_registry(tmp_path / "registry") as faulty:
        yield faulty


def found(faulty: Faulty, pattern: str, listed: list[str], extra: tuple[str, ...] = ()) -> list[ImageRow]:
    async def work(client: Registry) -> list[ImageRow]:
        return await builds(client, listed, extra, ImagePattern.parse(pattern))

    return registries.ask(work, faulty.environment)


def test_a_build_has_all_its_tags_and_the_time_of_its_configuration(faulty: Faulty) -> None:
    digest = pushed(faulty.url, "x", tag="v1-a")["x"]
    pushed(faulty.url, "x", tag="v2-b")
    assert found(faulty, ".*:v1-a", [f"{PROJECT}/x"]) == [
        ImageRow(f"{PROJECT}/x", (TaggedDigest(digest, ("v1-a",), WHEN),))
    ]


def test_a_tag_that_is_on_two_pages_of_a_list_is_one_tag(faulty: Faulty) -> None:
    digest = pushed(faulty.url, "x", tag="v1-a")["x"]

    async def overlapping(request: web.Request) -> web.StreamResponse | None:
        if not request.path.endswith("/x/tags/list"):
            return None
        rest = {"Link": f'<{request.path}?last=v1-a>; rel="next"'} if "last" not in request.query else {}
        return web.json_response({"name": "x", "tags": ["v1-a"]}, headers=rest)

    faulty.fault = overlapping
    (image,) = found(faulty, ".*:v1-a", [f"{PROJECT}/x"])
    assert image.versions == (TaggedDigest(digest, ("v1-a",), WHEN),)


def test_an_image_without_the_tag_is_given_empty_and_others_are_not_asked(faulty: Faulty) -> None:
    pushed(faulty.url, "x", tag="v1-a")
    pushed(faulty.url, "y", "z", tag="v2-b")
    images = found(faulty, ".*/[xy]:v1-a", [f"{PROJECT}/{name}" for name in "xyz"])
    assert [(image.name[-1], len(image.versions)) for image in images] == [("x", 1), ("y", 0)]
    assert not any("/z/" in line for line in faulty.asked[-20:] if "tags/list" in line)


def test_no_build_is_an_error_with_the_tags_that_there_are(faulty: Faulty) -> None:
    pushed(faulty.url, "x", tag="v1-a")
    with pytest.raises(UsageError, match=f"{PROJECT}/x: v1-a"):
        found(faulty, ".*:v9", [f"{PROJECT}/x"])


def test_an_image_that_was_named_has_to_have_a_build(faulty: Faulty) -> None:
    pushed(faulty.url, "x", tag="v1-a")
    with pytest.raises(UsageError, match=f"{PROJECT}/new: no tag"):
        found(faulty, ".*:v1-a", [f"{PROJECT}/x"], (f"{PROJECT}/new",))


def test_googles_lists_name_children_and_digests(faulty: Faulty) -> None:
    entry = {"tag": ["v1-a", "latest"], "timeCreatedMs": "1530981289500"}
    lists = {
        PROJECT: {"child": ["x", "katib"], "manifest": {}, "tags": []},
        f"{PROJECT}/katib": {"child": ["y"], "manifest": {}, "tags": []},
        f"{PROJECT}/katib/y": {"child": [], "manifest": {A: entry}, "tags": entry["tag"]},
        f"{PROJECT}/x": {"child": [], "manifest": {A: {**entry, "timeCreatedMs": "0"}}, "tags": entry["tag"]},
    }

    async def google(request: web.Request) -> web.StreamResponse:
        name = request.path.removeprefix("/v2/").removesuffix("/tags/list")
        return web.json_response(lists[name]) if name in lists else web.Response(status=404)

    faulty.fault = google
    assert found(faulty, ".*:v1-a", [f"{PROJECT}/x"]) == [
        ImageRow(f"{PROJECT}/katib/y", (TaggedDigest(A, ("latest", "v1-a"), WHEN),)),
        ImageRow(f"{PROJECT}/x", (TaggedDigest(A, ("latest", "v1-a"), None),)),
    ]
    assert len(faulty.asked) == len(lists), "one request for each repository"


def test_a_registry_may_forbid_the_list_above_a_repository(faulty: Faulty) -> None:
    pushed(faulty.url, "x", tag="v1-a")

    async def forbidding(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=403) if request.path == f"/v2/{PROJECT}/tags/list" else None

    faulty.fault = forbidding
    assert found(faulty, ".*:v1-a", [f"{PROJECT}/x"])[0].versions


def test_repositories_that_have_no_end_are_told_and_left(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nested(request: web.Request) -> web.StreamResponse:
        return web.json_response({"child": ["x"], "manifest": {}, "tags": []})

    faulty.fault = nested
    with pytest.raises(UnmetError, match="nested more than 16 deep"):
        found(faulty, ".*:v1-a", [f"{PROJECT}/x"])
    assert len(faulty.asked) < 40

    async def wide(request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {"child": [f"y{number}" for number in range(50)], "manifest": {}, "tags": []}
        )

    faulty.fault = wide
    monkeypatch.setattr(registry_builds, "MOST", 30)
    with pytest.raises(UnmetError, match="more than 30 repositories"):
        found(faulty, ".*:v1-a", [f"{PROJECT}/x"])


@pytest.mark.parametrize("created", ["", "soon", "0001-01-01T00:00:00+14:00", "2018-07-07T16:34:49"])
def test_a_time_of_a_configuration_that_is_none_is_unknown(faulty: Faulty, created: str) -> None:
    small_images.push(faulty.url, f"{PROJECT}/x", "v1-a", {}, created)
    [image] = found(faulty, ".*:v1-a", [f"{PROJECT}/x"])
    assert [version.timestamp for version in image.versions] == [None]
