"""Which images a workflow made under tags of its own: read from its outputs, its commands and the registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from releasing.builds import made_images
from releasing.clients.cluster.workflow import Workflow, parsed
from releasing.errors import PreconditionError, UnmetError
from releasing.image import movable
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, pushed
from tests.support.stand_ins import workflow

COMMIT = "0ff21c08" * 5
NAME = f"{PROJECT}/one"
TAG = "v-base-0ff21c0-0892"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    with faulty_registry(tmp_path) as registry:
        for name, value in registry.environment.items():
            monkeypatch.setenv(name, value)
        yield registry


def over(tag: str, *values: str) -> Workflow:
    """A workflow that succeeded: it pushes `one` at `tag`, and has these values as outputs."""
    content: dict[str, Any] = workflow("w", tag)
    node = {
        "name": "w.build",
        "type": "Pod",
        "phase": "Succeeded",
        "outputs": {
            "parameters": [{"name": f"p{number}", "value": each} for number, each in enumerate(values)]
        },
    }
    return parsed(content | {"status": {"phase": "Succeeded", "nodes": {"w-1": node}}}, "ns")


def test_the_tag_in_the_command_is_the_one_that_was_made(registry: Faulty) -> None:
    digest = pushed(registry.url, "one", tag=TAG)["one"]
    [image] = made_images.found(over(TAG), [NAME], COMMIT)
    assert (str(image), image.digest) == (f"{NAME}:{TAG}@{digest}", digest)


@pytest.mark.parametrize(
    "said", [f"{NAME}:{TAG}", f'["{PROJECT}/two:v1", "{NAME}:{TAG}"]', f"pushed\n{NAME}:{TAG}\n"]
)
def test_an_output_says_what_a_command_leaves_to_the_run(registry: Faulty, said: str) -> None:
    pushed(registry.url, "one", tag=TAG)
    [image] = made_images.found(over("v-${BUILD}", said), [NAME], COMMIT)
    assert image.tag == TAG


def test_where_nothing_says_the_tag_the_registrys_one_with_the_commit_is_it(registry: Faulty) -> None:
    pushed(registry.url, "one", tag="v20180101-00ff21c0")
    pushed(registry.url, "one", tag="v0.2.0-5-g0ff21c08-dirty", also=("latest",))
    [image] = made_images.found(over("$(date)"), [NAME], COMMIT)
    assert image.tag == "v0.2.0-5-g0ff21c08-dirty"


def test_two_tags_of_one_image_are_one_image(registry: Faulty) -> None:
    pushed(registry.url, "one", tag=TAG, also=("v-more",))
    assert len(made_images.found(over(TAG, f"{NAME}:v-more"), [NAME], COMMIT)) == 1


def test_several_images_that_fit_are_refused_with_their_tags(registry: Faulty) -> None:
    pushed(registry.url, "one", tag=TAG)
    pushed(registry.url, "one", tag="v-base-0ff21c0-1111")
    with pytest.raises(UnmetError) as caught:
        made_images.found(over("${TAG}"), [NAME], COMMIT)
    assert f"{NAME}: 2 tags fit, on different images: {TAG}, v-base-0ff21c0-1111" in caught.value.message
    assert "tag_built_images.py --image NAME:TAG" in caught.value.hint


def test_an_image_that_is_said_and_absent_and_one_that_nothing_names_are_told_together(
    registry: Faulty,
) -> None:
    pushed(registry.url, "one", tag="v1")
    pushed(registry.url, "two", tag="v20180101-12345678")
    with pytest.raises(UnmetError) as caught:
        made_images.found(over(TAG), [NAME, f"{PROJECT}/two"], COMMIT)
    assert f"{NAME}: the registry does not have {TAG}" in caught.value.message
    assert f"{PROJECT}/two: no command or output of the workflow names it" in caught.value.message


def test_a_tag_that_no_registry_takes_is_none(registry: Faulty) -> None:
    pushed(registry.url, "one", tag="v1")
    with pytest.raises(UnmetError, match="no command or output"):
        made_images.found(over("-gpu"), [NAME], COMMIT)


def test_the_build_tag_does_not_move_unless_the_move_is_named(registry: Faulty) -> None:
    built = pushed(registry.url, "one", tag=TAG)["one"]
    before = pushed(registry.url, "one", tag="v20181018-0ff21c08")["one"]
    images = made_images.named([f"{NAME}:{TAG}"])
    with pytest.raises(PreconditionError, match=f"is on {before}, not {built}"):
        made_images.tag_too(images, "v20181018-0ff21c08")
    made_images.tag_too(images, "v20181018-0ff21c08", movable(".*"))
    assert made_images.named([f"{NAME}:v20181018-0ff21c08"])[0].digest == built


def test_an_image_that_a_person_names_has_to_be_there(registry: Faulty) -> None:
    pushed(registry.url, "one", tag=TAG)
    with pytest.raises(UnmetError, match=f"does not have {NAME}:v1, {NAME}\n"):
        made_images.named([f"{NAME}:{TAG}", f"{NAME}:v1", NAME])
