"""Which images a workflow builds, read from its commands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from releasing.clients.cluster.built_images import built_by, images_of
from releasing.image import ImageRef
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter

RENDERED = DATA / "ks-rendered"
PUBLIC = "gcr.io/kubeflow-images-public"
ONE = ImageRef("r.example/one", "v1")


@pytest.mark.parametrize(("name", "count"), [("tf-serving-release", 3), ("notebook-release", 10)])
def test_the_images_of_the_real_workflows_are_known(name: str, count: int) -> None:
    [workflow] = json.loads((RENDERED / f"{name}.list.json").read_text())["items"]
    found = images_of(workflow)
    assert {image.tag for image in found} == {"v20180723-01234567"}
    assert len({image.name for image in found if image.name.startswith(PUBLIC)}) == count


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["d/build_image.sh", "D", "r:5000/a"], "r:5000/a:latest"),
        (["d/build_image.sh", "D", "r:5000/a:t"], "r:5000/a:t"),
        (["sh", "-c", "d/build_image.sh 'a b/D' r/a t x"], "r/a:t"),
        (["bash", "-e", "-c", "cd d; ./build_image.sh D r/a t && echo ok"], "r/a:t"),
        (["bash", "-c", "set -e\nd/build_image.sh D \\\n r/a t >log # it's built"], "r/a:t"),
        (["d/build_image.sh", "D", "$(IMAGE)", "$(TAG)"], "r.example/one:v1"),
        (["bash", "-c", 'd/build_image.sh D "$IMAGE" ${TAG}'], "r.example/one:v1"),
    ],
)
def test_an_image_is_read_from_the_build_command(command: list[str], expected: str) -> None:
    env = [{"name": "IMAGE", "value": "r.example/one"}, {"name": "TAG", "value": "v1"}]
    [image] = built_by({"command": command, "env": env})
    assert str(image) == expected
    assert image.literal


@pytest.mark.parametrize(
    "command",
    [
        ["python", "build.py", "D", "r/a", "t"],
        ["build_image.sh", "D"],
        ["bash", "-c", "echo build_image.sh; ls 'x"],
        ["bash"],
    ],
)
def test_what_builds_nothing_that_can_be_told_has_no_image(command: list[str]) -> None:
    assert built_by({"command": command}) == ()


@pytest.mark.parametrize("tag", ["$(git describe)", "{{inputs.parameters.tag}}", "$TAG"])
def test_a_tag_that_only_a_run_knows_is_not_literal(tag: str) -> None:
    [image] = built_by({"command": ["bash", "-c", f"build_image.sh D r.example/one {tag}"]})
    assert image.name == "r.example/one"
    assert not image.literal


def test_a_script_is_read_line_by_line() -> None:
    script = "for x in 1; do\n  build_image.sh D r.example/one v1\ndone\nbuild_image.sh D r.example/two v1\n"
    assert [*map(str, built_by({"command": ["bash"], "source": script}))] == [
        "r.example/one:v1",
        "r.example/two:v1",
    ]


def calling(task: dict[str, Any]) -> dict[str, Any]:
    """A workflow with a parameter, one task, and a template that builds an image."""
    inputs = {"parameters": [{"name": "image", "default": "r.example/one"}, {"name": "tag"}]}
    command = ["build_image.sh", "D", "{{inputs.parameters.image}}", "{{ inputs.parameters.tag }}"]
    return {
        "spec": {
            "entrypoint": "all",
            "onExit": "tear-down",
            "arguments": {"parameters": [{"name": "version", "value": "v1"}]},
            "templates": [
                {"name": "all", "dag": {"tasks": [{"name": "first", "template": "build"} | task]}},
                {"name": "build", "inputs": inputs, "container": {"command": command}},
                {
                    "name": "tear-down",
                    "container": {"command": ["build_image.sh", "D", "r.example/no", "v1"]},
                },
                {"name": "again", "steps": [[{"name": "once-more", "template": "again"}]]},
            ],
        }
    }


def test_parameters_are_filled_in_where_they_are_literal() -> None:
    arguments = {"parameters": [{"name": "tag", "value": "{{workflow.parameters.version}}"}]}
    assert images_of(calling({"arguments": arguments})) == (ONE,)


def test_a_task_builds_an_image_for_each_of_its_items() -> None:
    arguments = {
        "parameters": [{"name": "tag", "value": "v1"}, {"name": "image", "value": "r.example/{{item.of}}"}]
    }
    task = {"arguments": arguments, "withItems": [{"of": "one"}, {"of": "two"}]}
    assert images_of(calling(task)) == (ONE, ImageRef("r.example/two", "v1"))


@pytest.mark.parametrize("workflow", [{}, calling({"template": "again"}), calling({"template": "elsewhere"})])
def test_a_workflow_that_builds_nothing_has_no_images(workflow: dict[str, Any]) -> None:
    assert images_of(workflow) == ()
