"""The rows of image_tags.yaml that a release wants, as commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing.changes import image_tags_edit
from releasing.image import ImagePattern
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, dump
from tests.support.bare_repository import commit
from tests.support.releases import CONFIG, Origin, origin_in

pytestmark = pytest.mark.interpreter

IMAGES = {"pattern": "notebook-(cpu|gpu)", "names": ["notebook-cpu", "notebook-gpu"]}
BOOTSTRAPPER = {"images": IMAGES, "folder": "bootstrap", "config": "a.yaml"}
BUILD = "v20180723-01234567"
LISTING = "releasing/image_tags.yaml"


OPERATOR = f"{CONFIG.registry}/tf_operator"


def made(folder: Path, allow_move: str = "", operator: str = "v0.2.0") -> Origin:
    tfjob = {"repository": "kubeflow/tf-operator", "release": operator, "image": "tf_operator"}
    sections = {"bootstrapper": BOOTSTRAPPER, "image-tags": LISTING, "operators": {"tfjob": tfjob}}
    config = CONFIG.model_validate({**CONFIG.model_dump(exclude_unset=True, by_alias=True), **sections})
    origin = origin_in(folder)
    return replace(origin, release=replace(origin.release, config=config, allow_move=allow_move))


def edits(folder: Path, allow_move: str = "", operator: str = "v0.2.0") -> list[tuple[str, ...]]:
    origin = made(folder, allow_move, operator)
    release = origin.release
    return [command.words for command in image_tags_edit.edits(release, origin.sh, "clone", BUILD)]


def test_the_builds_are_listed_and_then_tagged_by_exactly_their_names(tmp_path: Path) -> None:
    add, tag = edits(tmp_path)
    names = [f"gcr.io/kubeflow-images-public/notebook-{kind}" for kind in ("cpu", "gpu")]
    assert add[:3] == ("update_image_tags.py", "clone/releasing/image_tags.yaml", "add")
    assert [word for word in add if word in names] == names
    pattern = ImagePattern.parse(add[add.index("--pattern") + 1])
    assert all(map(pattern.takes_name, names))
    assert not pattern.takes_name("gcr.io/kubeflow-images-public/notebook-cpu2")
    assert not pattern.takes_name("gcrxio/kubeflow-images-public/notebook-cpu")
    assert pattern.takes_tag(BUILD)
    assert tag[2:] == ("tag", *add[3:5], "--tag", "v0.2.1")


def test_a_tag_moves_to_another_build_only_when_the_operator_named_it(tmp_path: Path) -> None:
    for words in edits(tmp_path, ".*:v0.2.1"):
        assert words[-2:] == ("--allow-move", ".*:v0.2.1")


def test_images_that_something_else_builds_get_the_tag_from_the_build_that_is_named(tmp_path: Path) -> None:
    other = {"ui": {"images": {"pattern": "ui", "names": ["ui"]}, "build": "v9"}}
    plain = CONFIG.model_dump(exclude_unset=True, by_alias=True)
    listing = {"image-tags": "releasing/image_tags.yaml", "other-images": other}
    origin = origin_in(tmp_path)
    for own in ({}, {"bootstrapper": BOOTSTRAPPER}):
        config = CONFIG.model_validate({**plain, **listing, **own})
        release = replace(origin.release, config=config)
        words = [each.words for each in image_tags_edit.edits(release, origin.sh, "clone", BUILD)]
        assert [each[2] for each in words] == ["add", "tag"] * (1 + len(own))
        pattern = ImagePattern.parse(words[-1][words[-1].index("--pattern") + 1])
        assert pattern.takes_name("gcr.io/kubeflow-images-public/ui")
        assert (pattern.takes_tag("v9"), pattern.takes_tag(BUILD)) == (True, False)
        assert "gcr.io/kubeflow-images-public/ui" not in words[0] or not own


def test_an_operator_with_the_number_of_the_release_is_listed_as_well(tmp_path: Path) -> None:
    *_, listed = edits(tmp_path, operator="v0.2.1")
    assert listed[2:4] == ("add", "--tag-listed")
    assert listed[-2:] == ("--image", OPERATOR)
    pattern = ImagePattern.parse(listed[listed.index("--pattern") + 1])
    assert pattern.takes_name(OPERATOR)
    assert (pattern.takes_tag("v0.2.1"), pattern.takes_tag("v0.2.10")) == (True, False)


@pytest.mark.parametrize(("operator", "wanted"), [("v0.2.1", True), ("v0.2.0", False)])
def test_the_change_is_wanted_until_such_an_operator_is_listed(
    tmp_path: Path, operator: str, wanted: bool
) -> None:
    origin = made(tmp_path, operator=operator)
    rows = [
        ImageRow(name, (TaggedDigest(f"sha256:{'0' * 64}", (BUILD, "v0.2.1")),))
        for name in (f"{CONFIG.registry}/notebook-{kind}" for kind in ("cpu", "gpu"))
    ]
    for images in (rows, [*rows, ImageRow(OPERATOR, (TaggedDigest(f"sha256:{'1' * 64}", ("v0.2.1",)),))]):
        commit(origin.bare, "master", "image_tags.yaml", dump(ImageTags((*images,))).decode())
        origin.fetched()
        config = origin.release.config.model_copy(update={"image_tags": "image_tags.yaml"})
        release = replace(origin.release, config=config)
        assert image_tags_edit.change(release, BUILD).wanted(origin.sh) == (wanted and images == rows)
