"""What the tagged tree says about images."""

from __future__ import annotations

from dataclasses import replace

import pytest

from releasing.verification import age, tree_references
from releasing.version import Version
from tests.support.verified_project import IMAGES, NAMES, OPERATOR, REGISTRY, TAG, Project, listing

pytestmark = pytest.mark.interpreter

CLUSTER = "deploy/cluster.yaml"


def test_a_sound_tree_holds(project: Project) -> None:
    found = project.claims(tree_references.claims)
    assert {name for name, claim in found.items() if claim.holds} == {*found}
    assert found["references"].found.startswith("3 of 3 to released images are at their release; 2 of all 3")


def test_a_released_image_at_another_tag_is_named_with_its_place(project: Project) -> None:
    text = f"# first\nimage: {IMAGES[0]}:v20180607-476e150e\n"
    found = project.released({CLUSTER: text}).claims(tree_references.claims)["references"]
    assert not found.holds
    assert found.found.startswith("2 of 3 ")
    assert found.details == (f"{CLUSTER}:2: {IMAGES[0]}:v20180607-476e150e, not {TAG}",)


def test_an_operator_belongs_at_its_own_release(project: Project) -> None:
    found = project.released({"tf.yaml": f"image: {OPERATOR}:{TAG}\n"}).claims(tree_references.claims)[
        "references"
    ]
    assert found.details == (f"tf.yaml:1: {OPERATOR}:{TAG}, not v0.2.0",)


def test_a_name_in_a_template_counts(project: Project) -> None:
    text = f"OPTION = '{{0}}/{{1}}/{NAMES[1]}:v0.2.0'\n"
    found = project.released({"core/spawner.py": text}).claims(tree_references.claims)["references"]
    assert found.details == (f"core/spawner.py:1: {{0}}/{{1}}/{NAMES[1]}:v0.2.0, not {TAG}",)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("image: ${{X:-{0}:v0.2.0}}\n", "{0}"),
        ('{{"image": "{1}:v0.2.0"}}\n', "{0}"),
        ("IMG=$(shell echo {0}:v0.2.0)\n", "{0}"),
        ("image: {0}:${{TAG:-v0.2.0}}\n", "{0}"),
    ],
)
def test_what_an_expression_holds_counts(project: Project, text: str, written: str) -> None:
    names = (IMAGES[0], IMAGES[0].replace("/", r"\/"))
    found = project.released({"a.env": text.format(*names)}).claims(tree_references.claims)["references"]
    assert found.details == (f"a.env:1: {written.format(*names)}:v0.2.0, not {TAG}",)


def test_a_kustomization_counts(project: Project) -> None:
    text = f"images:\n- name: {IMAGES[0]}\n  newTag: v0.2.0\n"
    found = project.released({"kustomization.yaml": text}).claims(tree_references.claims)["references"]
    assert found.details == (f"kustomization.yaml:3: {IMAGES[0]}:v0.2.0, not {TAG}",)


def test_a_file_whose_name_has_a_line_break_is_read_and_shifts_no_other(project: Project) -> None:
    odd = f"a\nHEAD:{CLUSTER}"
    text = f"image: {IMAGES[0]}:v0.1.0\n"
    changed = project.released({odd: text, f"{CLUSTER}.more": text})
    assert changed.claims(tree_references.claims)["references"].details == (
        f"{odd}:1: {IMAGES[0]}:v0.1.0, not {TAG}",
        f"{CLUSTER}.more:1: {IMAGES[0]}:v0.1.0, not {TAG}",
    )


def test_what_is_left_alone_is_not_judged(project: Project) -> None:
    old = f"image: {IMAGES[0]}:v0.1.0\n"
    paths = ("old/more.yaml", "vendor/a.yaml", "CHANGELOG.md", "core/tests/a.yaml", "hack/retag_all.sh")
    changed = project.released({**dict.fromkeys(paths, old), "Dockerfile": f"FROM {IMAGES[0]}:v0.1.0\n"})
    assert all(claim.holds for claim in changed.claims(tree_references.claims).values())


def test_a_pin_by_digest_is_shown_and_not_judged(project: Project) -> None:
    pin = f"{IMAGES[0]}:v0.2.0@sha256:{'a' * 64}"
    found = project.released({"pinned.yaml": f"image: {pin}\n"}).claims(tree_references.claims)
    assert found["references"].holds
    assert found["references"].details == (f"pinned.yaml:1: {pin} (pinned by digest)",)
    assert found["one tag each"].holds


def test_latest_does_not_hold_for_any_image_of_ours(project: Project) -> None:
    files = {
        "metrics.yaml": f"image: {REGISTRY}/metric-collector:latest\n",
        "theirs.yaml": "image: redis:latest\n",
    }
    found = project.released(files).claims(tree_references.claims)
    assert not found["latest"].holds
    assert found["latest"].details == (f"metrics.yaml:1: {REGISTRY}/metric-collector:latest",)
    assert found["references"].holds


def test_two_tags_of_one_image_do_not_hold(project: Project) -> None:
    found = project.released({"job.jsonnet": f'"{OPERATOR}:v20180809-d2509aa"\n'}).claims(
        tree_references.claims
    )
    assert not found["one tag each"].holds
    assert found["one tag each"].details == (
        f"{OPERATOR}: v0.2.0 at core/prototypes/all.jsonnet:1; v20180809-d2509aa at job.jsonnet:1",
    )


def test_a_reference_at_the_release_that_nobody_listed_dangles(project: Project) -> None:
    text = f"image: {REGISTRY}/centraldashboard:{TAG}\n"
    found = project.released({"ui.yaml": text}).claims(tree_references.claims)["dangling"]
    assert not found.holds
    assert found.details == (f"ui.yaml:1: {REGISTRY}/centraldashboard:{TAG}",)
    project.commit(
        "master", {"releasing/image_tags.yaml": listing((f"{REGISTRY}/centraldashboard", "sha256:a", TAG))}
    )
    assert [
        detail.split(": ")[0] for detail in project.claims(tree_references.claims)["dangling"].details
    ] == [
        "core/spawner.py:1",
        f"{CLUSTER}:1",
    ]


def test_an_image_that_something_else_builds_at_another_releases_tag_does_not_hold(project: Project) -> None:
    text = "".join(
        f"image: {REGISTRY}/{name}\n"
        for name in (
            "centraldashboard:v0.2.0",
            "katib:v0.1.2-alpha-3-g4ab3dbd",
            "mongo:3.4",
            f"ui:{TAG}-rc.0",
        )
    )
    other = f"image: {OPERATOR}:v0.2.0\nimage: redis:v0.2.0\n"
    claims = project.released({"ui.yaml": text, "tf.yaml": other}).claims(tree_references.claims)
    assert not claims["other images"].holds
    assert claims["other images"].details == (
        f"ui.yaml:1: {REGISTRY}/centraldashboard:v0.2.0",
        f"ui.yaml:4: {REGISTRY}/ui:{TAG}-rc.0",
    )
    assert claims["references"].holds
    project.git("tag", "-d", "v0.2.0")
    (left,) = project.claims(tree_references.claims)["other images"].details
    assert left.startswith("ui.yaml:4")


def test_latest_beside_another_tag_is_a_second_tag(project: Project) -> None:
    text = f"image: {OPERATOR}:latest\n"
    found = project.released({"job.yaml": text}).claims(tree_references.claims)["one tag each"]
    assert found.details == (f"{OPERATOR}: latest at job.yaml:1; v0.2.0 at core/prototypes/all.jsonnet:1",)


def test_a_tag_that_release_yaml_calls_floating_is_as_latest(project: Project) -> None:
    text = f"image: {REGISTRY}/ui:stable\n"
    other = project.released({"job.yaml": text})
    assert other.claims(tree_references.claims)["latest"].holds
    found = other.configured(floating_tags=("stable",)).claims(tree_references.claims)["latest"]
    assert (found.holds, found.found) == (False, "1 reference at :latest or :stable")


def test_references_at_other_tags_only_are_not_all_listed(project: Project) -> None:
    old = {CLUSTER: f"image: {IMAGES[0]}:v0.2.0\n", "core/spawner.py": None}
    found = project.released(old).claims(tree_references.claims)["dangling"]
    assert (found.holds, found.found) == (False, f"none of 1 references to released images is at {TAG}")
    none = project.released({CLUSTER: "image: redis:3\n"}).claims(tree_references.claims)
    assert "dangling" not in none


def test_mirrors_of_other_peoples_images_are_not_ours(project: Project) -> None:
    mirror = f"image: {REGISTRY}/quay.io/coreos/flannel:{TAG}\n"
    found = project.released({"net.yaml": mirror}).claims(tree_references.claims)
    assert found["dangling"].holds
    assert " of all 3 " in found["references"].found


def test_an_older_build_than_an_earlier_release_had_does_not_hold(project: Project) -> None:
    assert project.claims(age.claims)["not put back"].holds
    # v0.2.0 is a commit of 4 July 2018.
    back = f"image: {IMAGES[0]}:v20180618-715aafc\n"
    found = project.released({CLUSTER: back}).claims(age.claims)["not put back"]
    assert not found.holds
    assert found.details == (f"{CLUSTER}:1: {IMAGES[0]}:v20180618-715aafc; v0.2.0 had v0.2.0",)
    assert project.released({CLUSTER: back.replace("0618", "0711")}).claims(age.claims)["not put back"].holds


def test_what_was_put_back_is_found_in_a_file_whose_name_has_a_line_break(project: Project) -> None:
    odd = "a\nb.yaml"
    project.tag("v0.2.0", project.commit("v0.2-branch", {odd: f"image: {IMAGES[0]}:v0.2.0\n"}))
    back = f"image: {IMAGES[0]}:v20180618-715aafc\n"
    found = project.released({odd: back}).claims(age.claims)["not put back"]
    assert found.details == (f"{odd}:1: {IMAGES[0]}:v20180618-715aafc; v0.2.0 had v0.2.0",)


def test_a_build_that_was_put_back_stays_put_back_in_the_next_release(project: Project) -> None:
    back = project.commit("v0.2-branch", {CLUSTER: f"image: {IMAGES[0]}:v20180618-715aafc\n"})
    project.tag("v0.2.1", back)
    project.tag("v0.2.2", back)
    release = replace(project.release(), version=Version(0, 2, 2))
    (found,) = age.claims(project.read(release=release))
    assert found.found == "1 reference older than in v0.2.0 to v0.2.1"


def test_the_build_that_a_release_tag_stands_for_is_not_older_than_it(project: Project) -> None:
    both = listing((IMAGES[0], "sha256:a", "v0.2.0")).replace(
        b"- v0.2.0", b"- v0.2.0\n    - v20180618-715aafc"
    )
    project.commit("master", {"releasing/image_tags.yaml": both})
    back = {CLUSTER: f"image: {IMAGES[0]}:v20180618-715aafc\n"}
    assert project.released(back).claims(age.claims)["not put back"].holds


def test_an_earlier_release_without_images_has_none_that_are_newer(project: Project) -> None:
    project.tag("v0.2.0", project.commit("empty", {"README.md": "# Nothing\n"}))
    assert project.claims(age.claims)["not put back"].holds


def test_a_first_release_has_nothing_to_be_put_back(project: Project) -> None:
    project.git("tag", "-d", "v0.2.0")
    assert project.claims(age.claims) == {}
