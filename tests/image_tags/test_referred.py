"""Which references of ours a tree has at a tag, and which of them image_tags.yaml does not list."""

from __future__ import annotations

import pytest

from releasing.errors import UsageError
from releasing.image_tags import ImageRow, TaggedDigest
from releasing.image_tags.referred import Ours, referred, unlisted

pytestmark = pytest.mark.interpreter

REGISTRY = "gcr.io/kubeflow-images-public"
PREFIXES = (f"{REGISTRY}/", "{0}/{1}/", "registry.aliyuncs.com/kubeflow-images-public/")
OURS = Ours.of(PREFIXES, ["testing/**"])
TAG = "v0.2.1"


def listed(*names: str, tag: str = TAG) -> list[ImageRow]:
    return [ImageRow(f"{REGISTRY}/{name}", (TaggedDigest("sha256:" + "a" * 64, (tag,)),)) for name in names]


def found(text: str, *names: str, path: str = "a.yaml", ours: Ours = OURS, tag: str = TAG) -> list[str]:
    """The places of `text` whose image is not among `names` at the tag."""
    return [
        str(each)
        for each in unlisted(referred([(path, text.encode())], ours, tag), listed(*names, tag=tag), ours, tag)
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"image: {REGISTRY}/x:{TAG}",
        f"// @optionalParam image string {REGISTRY}/x:{TAG} The image.",
        f'"{{0}}/{{1}}/x:{TAG}"',
        f"'{REGISTRY}/x:{TAG}',",
        f"--values=image={REGISTRY}/x:{TAG}",
        f"see https://{REGISTRY}/x:{TAG}.",
        f"{REGISTRY}/x:{TAG}@sha256:{'b' * 64}",
        f"registry.aliyuncs.com/kubeflow-images-public/x:{TAG}",
    ],
)
def test_a_reference_is_found_in_every_form_and_passes_once_its_image_is_listed(text: str) -> None:
    (place,) = found(f"\n{text}\n", "y")
    assert place.startswith("a.yaml:2: ")
    assert place.endswith("/x")
    assert found(text, "x") == []


@pytest.mark.parametrize(
    "text",
    [
        f"{REGISTRY}/x:v0.2.10",
        f"{REGISTRY}/x:v0.2.1-rc.0",
        f"{REGISTRY}/x:v20180618-v0.2.1-5-gabc",
        f"{REGISTRY}/x:${{TAG}} {TAG}",
        f"{REGISTRY}/x:{TAG}%d",
        f"{REGISTRY}/x {TAG}",
        f"metacontroller/metacontroller:{TAG}",
        f"mirror.example/{REGISTRY}/x:{TAG}",
        f"{REGISTRY}/quay.io/coreos/flannel:{TAG}",
        f"{REGISTRY}-other/x:{TAG}",
    ],
)
def test_another_tag_and_somebody_elses_image_are_no_references_of_ours(text: str) -> None:
    assert found(text) == []


def test_a_tag_that_only_begins_like_the_one_in_the_file_is_not_listed() -> None:
    images = listed("x", tag="v0.2.10")
    places = referred([("a", f"{REGISTRY}/x:v0.2.1".encode())], OURS, "v0.2.1")
    assert len(unlisted(places, images, OURS, "v0.2.1")) == 1
    assert found(f"{REGISTRY}/x:v0.2.10", "x", tag="v0.2.10") == []


def test_every_place_is_told_with_its_line() -> None:
    text = f"{REGISTRY}/x:{TAG}\n\n- {REGISTRY}/y:{TAG} {REGISTRY}/z:{TAG}\n{REGISTRY}/x:{TAG}"
    assert found(text, "y") == [
        f"a.yaml:1: {REGISTRY}/x",
        f"a.yaml:3: {REGISTRY}/z",
        f"a.yaml:4: {REGISTRY}/x",
    ]


def test_a_kustomization_refers_by_name_and_tag_apart() -> None:
    text = (
        f"images:\n- name: x\n  newName: {REGISTRY}/x\n  newTag: {TAG}\n- name: {REGISTRY}/y\n  newTag: v1\n"
    )
    assert found(text, path="manifests/kustomization.yaml") == [
        f"manifests/kustomization.yaml:3: {REGISTRY}/x"
    ]
    assert found(text, "x", path="manifests/kustomization.yaml") == []


def test_a_template_for_the_registry_is_matched_by_what_follows_it() -> None:
    assert found(f"{{0}}/{{1}}/katib-ui:{TAG}", "katib/katib-ui") == []
    assert found(f"{{0}}/{{1}}/katib-ui:{TAG}", "katib/other-katib-ui") == ["a.yaml:1: {0}/{1}/katib-ui"]
    assert found(f"{REGISTRY}/katib-ui:{TAG}", "katib/katib-ui") == [f"a.yaml:1: {REGISTRY}/katib-ui"]


def test_a_name_that_an_expression_completes_is_matched_by_what_stands_there() -> None:
    ours = Ours.of([*PREFIXES, "/"], ())
    assert found(f'image: registry + "/katib-ui:{TAG}"', "katib/katib-ui", ours=ours) == []
    assert found(f'image: registry + "/katib-ui:{TAG}"', "ui", ours=ours) == ["a.yaml:1: /katib-ui"]


def test_a_template_inside_a_name_stands_for_any_text() -> None:
    assert found(f"{REGISTRY}/katib/${{name}}-core:{TAG}", "katib/vizier-core") == []
    assert found(f"{REGISTRY}/katib/${{name}}-core:{TAG}", "katib/vizier") != []


@pytest.mark.parametrize(
    "path",
    [
        "CHANGELOG.md",
        "bootstrap/vendor/a.yaml",
        "hack/retag_katib_images.sh",
        "releasing/image_tags.yaml",
        "core/tests/a.jsonnet",
        "testing/workflows/a.jsonnet",
    ],
)
def test_what_a_rewrite_leaves_alone_does_not_count(path: str) -> None:
    assert found(f"{REGISTRY}/x:{TAG}", path=path) == []


def test_the_base_of_a_dockerfile_and_a_binary_file_do_not_count() -> None:
    assert found(f"FROM {REGISTRY}/x:{TAG}\nRUN pull {REGISTRY}/y:{TAG}", path="Dockerfile.gpu") == [
        f"Dockerfile.gpu:2: {REGISTRY}/y"
    ]
    assert found(f"\0{REGISTRY}/x:{TAG}") == []


def test_names_narrow_what_counts_and_may_take_in_mirrors() -> None:
    text = f"{REGISTRY}/x:{TAG} {REGISTRY}/xy:{TAG} {REGISTRY}/quay.io/z:{TAG}"
    assert found(text, ours=Ours.of(PREFIXES, (), ["x", "quay.*"])) == [
        f"a.yaml:1: {REGISTRY}/x",
        f"a.yaml:1: {REGISTRY}/quay.io/z",
    ]
    with pytest.raises(UsageError, match=r"--name '\(' is not a regular expression"):
        Ours.of(PREFIXES, (), ["("])
