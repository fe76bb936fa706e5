"""Image tags that a candidate would have to move are told before anything is built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.builds import image_tag_moves
from releasing.errors import PreconditionError
from releasing.rehearsal.registry.small_images import push
from releasing.release import Release
from releasing.runbook.choice import Choice
from tests.support.bare_repository import commit
from tests.support.faulty_registry import PROJECT, Faulty, faulty_registry, pushed
from tests.support.releases import WITH_IMAGE, Origin, hosted, release_at

pytestmark = pytest.mark.interpreter

BUILD = "v20180707-5a11c84d"
IMAGE = f"{PROJECT}/a"
Scene = tuple[Origin, Release, Faulty]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A candidate whose build tag is chosen, and a registry."""
    with faulty_registry(tmp_path / "registry") as registry, hosted(tmp_path) as (origin, _github):
        origin.sh.shell.environment.update(registry.environment)
        origin.sh.choose(Choice("build tag"), lambda: BUILD)
        yield origin, release_at(tmp_path / "state", WITH_IMAGE), registry


def test_a_tag_that_is_not_there_or_on_the_candidates_own_build_moves_nothing(scene: Scene) -> None:
    origin, release, registry = scene
    assert image_tag_moves.unnamed(release, origin.sh) == ""
    push(registry.url, IMAGE, BUILD, {}, "2018-07-07T00:00:00Z", ["v0.2.1"])
    assert image_tag_moves.unnamed(release, origin.sh) == ""


def test_a_tag_on_another_build_is_refused_unless_its_move_is_named(scene: Scene) -> None:
    origin, release, registry = scene
    before = pushed(registry.url, "a", tag="v0.2.1")["a"]
    with pytest.raises(PreconditionError) as caught:
        image_tag_moves.require_named(release, origin.sh)
    assert f"{IMAGE}:v0.2.1 from {before} to a build to come" in caught.value.message
    assert caught.value.hint.endswith(r"--allow-move '.*:v0\.2\.1'")
    built = pushed(registry.url, "a", tag=BUILD)["a"]
    assert image_tag_moves.unnamed(release, origin.sh).endswith(f"from {before} to {built}")
    image_tag_moves.require_named(replace(release, allow_move=r".*:v0\.2\.1"), origin.sh)
    assert image_tag_moves.unnamed(replace(release, allow_move=r".*/b:v0\.2\.1"), origin.sh)


def test_the_images_of_a_tagged_candidate_are_settled(scene: Scene) -> None:
    origin, release, registry = scene
    pushed(registry.url, "a", tag="v0.2.1")
    origin.sh.run(origin.sh["git"]["-C", str(origin.bare), "tag", release.tag, "v0.2-branch"])
    assert image_tag_moves.unnamed(release, origin.sh) == ""


def test_a_registry_that_cannot_be_read_yet_foretells_nothing(scene: Scene) -> None:
    origin, release, _registry = scene
    origin.sh.shell.environment["RELEASE_REGISTRY_MIRRORS"] = "gcr.io=http://127.0.0.1:1/gcr.io"
    assert image_tag_moves.unnamed(release, origin.sh) == ""


def test_a_tag_that_the_default_branchs_file_has_on_another_build_is_told_as_well(scene: Scene) -> None:
    origin, release, registry = scene
    before = f"sha256:{'1' * 64}"
    rows = f"images:\n- name: {IMAGE}\n  versions:\n  - digest: {before}\n    tags:\n    - v0.2.1\n"
    commit(origin.bare, "master", "image_tags.yaml", rows)
    Origin(release, origin.bare, origin.sh).fetched()
    told = f"{IMAGE}:v0.2.1 from {before} to a build to come (in image_tags.yaml)"
    assert told in image_tag_moves.unnamed(release, origin.sh)
    image_tag_moves.require_named(replace(release, allow_move=r".*:v0\.2\.1"), origin.sh)
    built = pushed(registry.url, "a", tag=BUILD)["a"]
    commit(origin.bare, "master", "image_tags.yaml", rows.replace(before, built))
    Origin(release, origin.bare, origin.sh).fetched()
    assert image_tag_moves.unnamed(release, origin.sh) == ""
