"""The images in their registries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from releasing.rehearsal.registry import small_images
from releasing.verification import registry_tags
from tests.support.registries import rehearsal_registry
from tests.support.verified_project import CREATED, IMAGES, OPERATOR, REGISTRY, TAG, Project, digest


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    with rehearsal_registry(tmp_path / "registry") as address:
        yield address


@pytest.fixture
def pushed(project: Project, registry: str) -> Project:
    """The project with all of its images in the registry."""
    for image, tag in [(IMAGES[0], TAG), (IMAGES[1], TAG), (OPERATOR, "v0.2.0")]:
        small_images.push(registry, image, tag, {}, CREATED)
    project.variables["RELEASE_REGISTRY_MIRRORS"] = f"gcr.io={registry}/gcr.io"
    return project


def test_images_on_the_listed_digests_hold(pushed: Project) -> None:
    found = pushed.claims(registry_tags.claims)["registry"]
    assert found.holds
    assert found.found == "3 of 3 images are in the registry as listed"


def test_an_image_on_another_digest_does_not_hold(pushed: Project, registry: str) -> None:
    other = small_images.push(registry, IMAGES[0], TAG, {"some": "body"}, CREATED)
    found = pushed.claims(registry_tags.claims)["registry"]
    assert found.holds is False
    assert found.details == (f"{IMAGES[0]}:{TAG} is {other}, not {digest(IMAGES[0])}",)


def test_a_reference_to_an_image_that_is_not_there_does_not_hold(pushed: Project) -> None:
    pushed.released({"ui.yaml": f"image: {REGISTRY}/centraldashboard:{TAG}\n"})
    found = pushed.claims(registry_tags.claims)["registry"]
    assert found.holds is False
    assert found.details == (f"{REGISTRY}/centraldashboard:{TAG} is not in the registry",)


def test_a_released_image_at_a_version_that_nobody_released_is_absent(pushed: Project) -> None:
    text = f"image: {IMAGES[0]}:v0.2.11\nimage: {IMAGES[1]}:1.0\nimage: {REGISTRY}/katib/ui:v0.2.3\n"
    found = pushed.released({"ui.yaml": text}).claims(registry_tags.claims)["registry"]
    assert found.details == tuple(
        f"{name} is not in the registry" for name in (f"{IMAGES[0]}:v0.2.11", f"{IMAGES[1]}:1.0")
    )


@pytest.mark.parametrize("tag", ["v0.21", "v.0.2.1", "0.2.1", "V0.2.1", "v0.2.1l", "v0.2.l", "v0.2.0"])
def test_a_mistyped_tag_is_absent_from_the_registry(pushed: Project, tag: str) -> None:
    pushed.released({"ui.yaml": f"image: {IMAGES[0]}:{tag}\nimage: {REGISTRY}/ui:{tag}\n"})
    found = pushed.claims(registry_tags.claims)["registry"]
    assert found.details == tuple(
        f"{name}:{tag} is not in the registry" for name in (IMAGES[0], f"{REGISTRY}/ui")
    )


@pytest.mark.parametrize("tag", ["v20180607-476e150e", "latest", "3.4", "v2.2.0", "v0.1.2-alpha-3-g4ab3dbd"])
def test_tags_of_other_kinds_are_not_asked_for(pushed: Project, tag: str) -> None:
    pushed.released({"ui.yaml": f"image: {REGISTRY}/ui:{tag}\nimage: {REGISTRY}/x:v0.2@sha256:{'a' * 64}\n"})
    assert pushed.claims(registry_tags.claims)["registry"].holds


def test_a_registry_that_does_not_answer_is_neither_true_nor_false(project: Project) -> None:
    project.variables["RELEASE_REGISTRY_MIRRORS"] = "gcr.io=http://127.0.0.1:1/gcr.io"
    found = project.claims(registry_tags.claims)["registry"]
    assert found.holds is None
    assert found.found == "0 of 3 images are in the registry as listed; 3 could not be read"
    assert len(found.details) == 1


def test_a_project_without_images_claims_nothing_of_them(project: Project) -> None:
    bare = project.configured(bootstrapper=None, operators={})
    assert bare.claims(registry_tags.claims) == {}
