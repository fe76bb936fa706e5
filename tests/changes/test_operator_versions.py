"""Which release of an operator is used: named, of release.yaml, or the newest on GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from releasing.changes import operator_versions, operators
from releasing.changes.operators import NamedOperator
from releasing.config.build_sections import NEWEST
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError, UsageError
from releasing.rehearsal.github.existing_repositories import found
from releasing.rehearsal.github.git.git_program import git
from releasing.rehearsal.registry import small_images
from releasing.runbook.choice import Choice
from tests.support.bare_repository import commit
from tests.support.registries import rehearsal_registry
from tests.support.releases import CONFIG, Origin, hosted

SLUG, IMAGE = "kubeflow/tf-operator", "gcr.io/kubeflow-images-public/tf_operator"
OPERATOR = {"repository": SLUG, "image": "tf_operator"}
RELEASES = [
    ("v0.2.0", False),
    ("v0.10.0", False),
    ("v0.9.1", False),
    ("v1.0.0-rc.0", True),
    ("v0.11.0", True),
]


@dataclass
class World:
    """The project, whose release.yaml names no release of the operator, and the registry."""

    origin: Origin
    registry: str

    def push(self, tag: str) -> None:
        small_images.push(self.registry, IMAGE, tag, {}, "2018-07-20T00:00:00Z")

    def settled(
        self, *, pin: bool = True, release: str = NEWEST, named: str = "", final: bool = False
    ) -> str:
        sections = {"operators": {"tfjob": {**OPERATOR, "release": release}}}
        config = Config.model_validate({**CONFIG.model_dump(by_alias=True), **sections})
        meant = replace(self.origin.release, config=config, final=final)
        found = operator_versions.settled(meant, self.origin.sh, {"tfjob": named})
        if pin:
            operator_versions.record(found, self.origin.sh.journal)
        return found.config.operators["tfjob"].release


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with hosted(tmp_path) as (origin, github), rehearsal_registry(tmp_path / "registry") as url:
        found(github.root, SLUG, RELEASES)
        origin.sh.environment["RELEASE_REGISTRY_MIRRORS"] = f"gcr.io={url}/gcr.io"
        yield World(origin, url)


def test_without_a_name_the_highest_version_that_is_no_pre_release_is_used_and_pinned(world: World) -> None:
    assert world.settled() == "v0.10.0"
    assert world.origin.sh.chosen(Choice("tfjob release")) == "v0.10.0"


def test_what_is_pinned_stays_when_a_newer_one_is_released(world: World) -> None:
    world.settled()
    state = world.origin.bare.parent / "tf-operator.json"
    assert state.exists()
    state.write_text(json.dumps({**json.loads(state.read_text()), "releases": []}))
    assert world.settled() == "v0.10.0"


def test_looking_pins_nothing(world: World) -> None:
    assert world.settled(pin=False) == "v0.10.0"
    assert world.origin.sh.chosen(Choice("tfjob release")) is None


def test_release_yaml_decides_and_is_not_pinned(world: World) -> None:
    assert world.settled(release="v0.9.1") == "v0.9.1"
    assert world.origin.sh.chosen(Choice("tfjob release")) is None


def test_a_named_release_goes_before_release_yaml_and_another_later_is_refused(world: World) -> None:
    world.push("v0.2.0")
    assert world.settled(release="v0.9.1", named="v0.2.0") == "v0.2.0"
    assert world.settled(release="v0.9.1") == "v0.2.0"
    with pytest.raises(PreconditionError, match=r"v0.2.1-rc.0 uses kubeflow/tf-operator v0.2.0, not v0.9.1"):
        world.settled(named="v0.9.1")


def test_a_named_release_needs_its_git_tag_and_its_image(world: World) -> None:
    with pytest.raises(PreconditionError) as caught:
        world.settled(named="v0.3.7")
    assert f"{SLUG} has no git tag v0.3.7; {IMAGE}:v0.3.7 is not in the registry" in str(caught.value)
    with pytest.raises(PreconditionError) as caught:
        world.settled(named="v0.2.0")
    assert "git tag" not in caught.value.message
    assert world.origin.sh.chosen(Choice("tfjob release")) is None


@pytest.mark.parametrize(("option", "value"), [("tfjob", "a b"), ("pytorchjob", "v0.2.0")])
def test_what_names_no_release_is_refused(world: World, option: str, value: str) -> None:
    release = world.origin.release
    sections = {"operators": {"tfjob": OPERATOR}}
    config = Config.model_validate({**CONFIG.model_dump(by_alias=True), **sections})
    with pytest.raises(UsageError, match=f"--{option}"):
        operator_versions.settled(replace(release, config=config), world.origin.sh, {option: value})


def test_a_final_uses_what_its_candidate_recorded(world: World) -> None:
    release = world.origin.release
    journal = release.folder / "journal.jsonl"
    journal.parent.mkdir(parents=True)
    event = {"event": "chosen", "step": "rc", "time": "t", "by": "ada", "name": "tfjob release"}
    journal.write_text(json.dumps({**event, "value": "v0.2.0"}) + "\n")
    assert world.settled(final=True, pin=False) == "v0.2.0"


def test_without_a_journal_what_the_candidate_names_is_used(world: World) -> None:
    commit(world.origin.bare, "v0.2-branch", "all.jsonnet", f'image: "{IMAGE}:v0.9.1"\n')
    git(world.origin.bare, "tag", "v0.2.1-rc.0", "v0.2-branch")
    world.origin.fetched()
    assert world.settled(pin=False) == "v0.9.1"


def test_without_any_release_it_says_where_to_look(world: World) -> None:
    found(world.origin.bare.parent.parent, "kubeflow/pytorch-operator", [("v0.1.0", True)])
    with pytest.raises(PreconditionError) as caught:
        operator_versions.newest(world.origin.sh, "kubeflow/pytorch-operator")
    assert "has no release that is neither a draft nor a pre-release" in caught.value.message
    assert "https://github.com/kubeflow/pytorch-operator/releases" in caught.value.hint


def test_an_operator_that_is_not_released_is_not_proposed(world: World) -> None:
    sections = {"operators": {"tfjob": {**OPERATOR, "release": "v0.2.0"}}}
    config = Config.model_validate({**CONFIG.model_dump(by_alias=True), **sections})
    release = replace(world.origin.release, config=config)
    with pytest.raises(PreconditionError, match="is not in the registry") as caught:
        operators.propose(release, world.origin.sh, NamedOperator("tfjob", config.operators["tfjob"]))
    assert "--tfjob TAG" in caught.value.hint
    assert not git(world.origin.bare, "branch", "--list", "release/*")
