"""The types behind release.yaml: what they refuse, and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from releasing.config import Config, Images, Operator, Pin, Profile
from releasing.config_file import load
from releasing.recipes import RC
from tests.releases import CONFIG, release_at

ROOT = Path(__file__).parent.parent
IMAGES = {"pattern": "notebook-(cpu|gpu)", "names": ["notebook-cpu", "notebook-gpu"]}
WORKFLOW = {"app": "releaser", "environment": "releasing", "component": "workflows", "job-name": "job"}
TF_SERVING = {"images": IMAGES, "workflow": WORKFLOW}


def with_section(**sections: Any) -> Config:
    return Config.model_validate({**CONFIG.model_dump(exclude_unset=True), **sections})


@pytest.mark.parametrize("path", ["/etc/passwd", "../other", "a/../../b", "", "."])
def test_a_path_stays_inside_the_repository(path: str) -> None:
    with pytest.raises(ValidationError, match="expected a path inside the repository"):
        with_section(document=path)


@pytest.mark.parametrize(
    ("pattern", "problem"), [("(", "not a regular expression"), ("a", "exactly one group")]
)
def test_a_pins_pattern_has_one_group(pattern: str, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Pin(file="a", pattern=pattern, value="b")
    assert Pin(file="a", pattern="a(?:b)(?P<value>c)", value="b").pattern


def test_images_that_their_own_pattern_does_not_find_are_named() -> None:
    names = ("notebook-cpu", "notebook-tpu", "my-notebook-cpu")
    with pytest.raises(ValidationError, match="notebook-tpu, my-notebook-cpu"):
        Images(pattern="notebook-(cpu|gpu)", names=names)


def test_an_operators_release_is_an_image_tag() -> None:
    with pytest.raises(ValidationError, match="release"):
        Operator(repository="kubeflow/tf-operator", release="v0.2:0", image="tf_operator")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"production": True, "sandbox": "s", "state": "s"}, "has no sandbox"),
        ({}, "or a folder as 'sandbox:'"),
        ({"production": True}, "write 'state:'"),
    ],
)
def test_a_profile_acts_in_exactly_one_place(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Profile(**settings)


def test_builds_need_a_cluster_and_images_a_list() -> None:
    gcp = {"project": "p", "cluster": "c", "zone": "z", "namespace": "n"}
    with pytest.raises(ValidationError, match="write 'gcp:'"):
        with_section(tfserving=TF_SERVING, image_tags="t.yaml")
    with pytest.raises(ValidationError, match="write 'image-tags:'"):
        with_section(tfserving=TF_SERVING, gcp=gcp)
    config = with_section(tfserving=TF_SERVING, gcp=gcp, image_tags="t.yaml")
    assert [image for group in config.images for image in group.names] == ["notebook-cpu", "notebook-gpu"]


def test_nothing_changes_after_reading() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CONFIG.project = "Another"


def test_a_missing_section_drops_its_steps(tmp_path: Path) -> None:
    whole = load(ROOT / "release.yaml")
    assert RC.of(release_at(tmp_path, whole)).steps == RC.steps
    left = {each.name for each in RC.of(release_at(tmp_path, whole.model_copy(update={"jupyter": None})))}
    assert {each.name for each in RC} - left == {"build-jupyter"}


def test_a_project_without_builds_cluster_and_operators_has_a_short_recipe(tmp_path: Path) -> None:
    assert [each.name for each in RC.of(release_at(tmp_path))] == [
        "cut-branch",
        "wait-for-postsubmit",
        "check-release-notes",
        "tag-candidate",
        "announce-vote",
    ]
