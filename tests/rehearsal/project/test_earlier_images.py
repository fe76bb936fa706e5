"""The images that the sandbox has from the start: those that the sample's inventory lists, and the operators'."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from releasing import image_tags
from releasing.rehearsal.project import sample_project
from tests.support.registries import rehearsal_registry
from tests.support.sample_tree import CONFIG, TREE
from tests.support.stand_ins import Sandbox


def test_the_inventory_lists_images_that_the_sandbox_has() -> None:
    content = (TREE / "releasing/image_tags.yaml").read_bytes()
    listed = image_tags.parse(content, "image_tags.yaml")
    built = {(image.repository, image.digest): image.tags for image in sample_project.SEED}
    rows = {
        (image.name, version.digest): version.tags for image in listed.images for version in image.versions
    }
    assert len(rows) == 8
    assert rows.items() <= built.items()
    assert image_tags.dump(listed) == content


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def registry(tmp_path: Path, asked: list[str]) -> Iterator[str]:
    async def listen(request: web.Request) -> None:
        asked.append(request.method)

    with rehearsal_registry(tmp_path / "registry", listen) as url:
        yield url


def test_seeding_puts_every_tag_on_its_digest_and_a_second_time_only_asks(
    registry: str, asked: list[str]
) -> None:
    sample_project.seed(registry)
    tags = Sandbox(Path(), registry).tags
    assert tags(f"{CONFIG.registry}/pytorch-operator") == ["v0.2.0"]
    assert tags(f"{CONFIG.registry}/tf_operator") == sorted(
        ["v20180329-a7511ff", "v0.1.2", "v20180522-77375baf", "v0.2.0"]
    )
    asked.clear()
    sample_project.seed(registry)
    assert set(asked) == {"HEAD"}
