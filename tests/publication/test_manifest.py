"""The manifest of a release says everything, the same way each time, and is read back as it was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing.errors import UnmetError
from releasing.image import ImageRef
from releasing.publication.manifest import ReleaseManifest, digests, parse
from tests.support.faulty_registry import PROJECT, faulty_registry, pushed

pytestmark = pytest.mark.interpreter

MANIFEST = ReleaseManifest(
    project="Kubeflow",
    tag="v0.2.1-rc.0",
    repository="kubeflow/kubeflow",
    commit="c" * 40,
    images={
        ImageRef(f"{PROJECT}/b", "v0.2.1"): f"sha256:{'b' * 64}",
        ImageRef(f"{PROJECT}/a", "v0.2.1"): f"sha256:{'a' * 64}",
    },
    repositories={"kubeflow/tf-operator": "d" * 40, "kubeflow/kubeflow": "c" * 40},
    workflows=("ada-two", "ada-one"),
)


def test_what_is_written_is_read_back() -> None:
    assert parse(MANIFEST.text()) == replace(MANIFEST, workflows=("ada-one", "ada-two"))


def test_the_order_in_which_things_were_found_does_not_show() -> None:
    backwards = replace(
        MANIFEST,
        images=dict(sorted(MANIFEST.images.items())),
        repositories=dict(sorted(MANIFEST.repositories.items())),
        workflows=MANIFEST.workflows[::-1],
    )
    assert backwards.text() == MANIFEST.text()


@pytest.mark.parametrize("text", ["", "[]", "{}", "not JSON", '{"images": [1]}'])
def test_what_is_no_manifest_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UnmetError, match="not a release manifest"):
        parse(text)


def test_images_at_several_tags_are_asked_for_together(tmp_path: Path) -> None:
    with faulty_registry(tmp_path) as faulty:
        one, two = pushed(faulty.url, "a", tag="v1"), pushed(faulty.url, "b", tag="v2")
        found = digests(
            [ImageRef(f"{PROJECT}/a", "v1"), ImageRef(f"{PROJECT}/b", "v2"), ImageRef(f"{PROJECT}/b", "v1")],
            faulty.environment,
        )
    assert found == {
        ImageRef(f"{PROJECT}/a", "v1"): one["a"],
        ImageRef(f"{PROJECT}/b", "v2"): two["b"],
        ImageRef(f"{PROJECT}/b", "v1"): None,
    }
