"""What release.yaml names has to be where it says, before anything is built."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from releasing.config.release_yaml import Config
from releasing.gates import named_files
from tests.support.releases import CONFIG, Origin, origin_in
from tests.support.sample_tree import git

GCP = {"project": "p", "cluster": "c", "zone": "z", "namespace": "n"}
IMAGE = "gcr.io/kubeflow-images-public"
BUILD = {
    "images": {"pattern": "notebook", "names": ["notebook"]},
    "workflow": {"app": "releaser", "environment": "e", "component": "c", "job-name": "j"},
    "spawner": "spawner.py",
}
BOOTSTRAPPER = {
    "images": {"pattern": "boot", "names": ["boot"]},
    "folder": "bootstrap",
    "config": "cluster.yaml",
}


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    plain = origin_in(tmp_path)
    sections: dict[str, Any] = {"gcp": GCP, "builds": {"jupyter": BUILD}, "bootstrapper": BOOTSTRAPPER}
    given = CONFIG.model_dump(by_alias=True, exclude_defaults=True) | sections
    config = Config.model_validate(given | {"image-tags": "image_tags.yaml"})
    return replace(plain, release=replace(plain.release, config=config))


def found(origin: Origin, files: dict[str, str]) -> list[str]:
    """The problems of the default branch with these files."""
    clone = origin.bare.parent / "clone"
    git("clone", "-q", "-b", "master", origin.bare, clone)
    for name, text in files.items():
        (clone / name).parent.mkdir(exist_ok=True)
        (clone / name).write_text(text)
    git("-C", clone, "add", ".")
    git(
        "-C", clone, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "All"
    )
    git("-C", clone, "push", "-q", "origin", "HEAD")
    return named_files.problems(origin.release, origin.fetched().sh)


def test_everything_in_its_place_is_no_problem_whatever_tag_it_has(origin: Origin) -> None:
    files = {"releaser/app.yaml": "a", "bootstrap/Makefile": "push:\n"}
    files |= {"spawner.py": f'"{IMAGE}/notebook:v1"\n', "cluster.yaml": f"image: {IMAGE}/boot:v0.2.1\n"}
    assert found(origin, files) == []


def test_all_that_is_missing_is_told_at_once_with_the_key_that_names_it(origin: Origin) -> None:
    assert found(origin, {"moved.yaml": f"image: {IMAGE}/boot:v1\n", "spawner.py": "nothing\n"}) == [
        "builds.jupyter.spawner: spawner.py on master refers to no image of notebook",
        "bootstrapper.config: cluster.yaml does not exist on master; files that do: moved.yaml",
        "builds.jupyter.workflow.app: releaser on master has no app.yaml",
        "bootstrapper.folder: bootstrap on master has no Makefile",
    ]


def test_templates_of_the_engine_argo_need_no_app(origin: Origin) -> None:
    config = origin.release.config.model_copy(update={"engine": "argo"})
    other = replace(origin, release=replace(origin.release, config=config))
    assert not [text for text in found(other, {}) if "workflow.app" in text]
