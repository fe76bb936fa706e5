"""What publishing would refuse is said before the tag."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing.config.release_yaml import Config
from releasing.gates.publishable import problems
from releasing.publication import notes
from tests.support.faulty_registry import faulty_registry, pushed
from tests.support.releases import CONFIG, WITH_IMAGE, Origin, hosted

OPERATOR = {"operators": {"tf": {"repository": "kubeflow/kubeflow", "image": "a", "release": "v0.2.1"}}}


def written(origin: Origin, text: str) -> None:
    file = notes.path(origin.release)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "release notes are missing: "),
        (" \n", "the release notes are empty: "),
        ("é" * 125_001, "has 125,001 characters; GitHub takes 125,000 at most"),
        ("é" * 125_000, ""),
    ],
)
def test_notes_have_to_be_there_and_no_longer_than_github_takes(
    tmp_path: Path, text: str | None, said: str
) -> None:
    with hosted(tmp_path) as (origin, _github):
        if text is not None:
            written(origin, text)
        found = [*problems(origin.release, origin.sh)]
    assert [said in each for each in found] == ([True] if said else [])


def test_every_image_of_the_manifest_has_to_be_in_the_registry(tmp_path: Path) -> None:
    with faulty_registry(tmp_path / "registry") as faulty, hosted(tmp_path) as (plain, _github):
        origin = replace(plain, release=replace(plain.release, config=WITH_IMAGE))
        written(origin, "- new\n")
        origin.sh.environment.update(faulty.environment)
        before = [*problems(origin.release, origin.sh)]
        pushed(faulty.url, "a", tag="v0.2.1")
        after = [*problems(origin.release, origin.sh)]
    assert before == ["the registry does not have gcr.io/kubeflow-images-public/a:v0.2.1"]
    assert after == []


def test_the_release_of_an_operator_has_to_have_its_git_tag(tmp_path: Path) -> None:
    config = Config.model_validate(CONFIG.model_dump(by_alias=True) | OPERATOR)
    with faulty_registry(tmp_path / "registry") as faulty, hosted(tmp_path) as (plain, _github):
        origin = replace(plain, release=replace(plain.release, config=config))
        written(origin, "- new\n")
        origin.sh.environment.update(faulty.environment)
        pushed(faulty.url, "a", tag="v0.2.1")
        assert [*problems(origin.release, origin.sh)] == ["kubeflow/kubeflow has no tag v0.2.1 on GitHub"]
        origin.sh.run(origin.sh["git"]["--git-dir", str(origin.bare), "tag", "v0.2.1", "master"])
        assert [*problems(origin.release, origin.sh)] == []
