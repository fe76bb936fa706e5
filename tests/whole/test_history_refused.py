"""The broken cases of Kubeflow's history, v0.1.0 to v1.2.0, one by one: what refuses each, and with which reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing import image_tags
from releasing.changes import image_tags_edit, operators, prototypes
from releasing.clients.git import tagging
from releasing.commands.request import ReleaseRequest, open_candidate, tagged_candidate
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError, UsageError
from releasing.gates import tree_claims
from releasing.image_tags.validation import problems
from releasing.recipes import RC
from releasing.steps.cut_branch import branch_is_on_origin, cut_branch
from releasing.steps.release_final import final_is_the_candidates_commit
from releasing.steps.tag_candidate import tag_candidate
from releasing.steps.update_release_branch import record_image_digests
from releasing.version import parse_name
from tests.support.bare_repository import commit
from tests.support.releases import CONFIG, VERSION, Origin, origin_in, release_at

BRANCH = "v0.2-branch"
FINAL, CANDIDATE = "v0.2.1", "v0.2.1-rc.0"
TFJOB = {
    "repository": "kubeflow/tf-operator",
    "release": "v0.2.0",
    "image": "tf_operator",
    "pins": [{"file": "ci.libsonnet", "pattern": r"tf-operator@([\w.-]+)", "value": "{release}"}],
}
BOOTSTRAPPER = {"pattern": "bootstrapper", "names": ["bootstrapper"]}
SECTIONS = {
    "operators": {"tfjob": TFJOB},
    "bootstrapper": {"images": BOOTSTRAPPER, "folder": "bootstrap", "config": "a.yaml"},
    "image-tags": "image_tags.yaml",
    "document": "releasing.md",
}


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A project with an operator, an image, image_tags.yaml and a release branch."""
    settings = Config.model_validate({**CONFIG.model_dump(exclude_unset=True, by_alias=True), **SECTIONS})
    there = origin_in(tmp_path)
    return Origin(release_at(tmp_path / "state", settings), there.bare, there.sh)


def tag(origin: Origin, name: str, where: str, *, annotated: bool = True) -> None:
    kind = ("--annotate", "--message", name) if annotated else ()
    origin.sh.run(origin.sh["git"]["-C", str(origin.bare), "tag", *kind, name, where])


def final(origin: Origin) -> str:
    """What the check of tag-final finds missing."""
    origin.fetched()
    finding = final_is_the_candidates_commit(replace(origin.release, final=True), origin.sh)
    return "" if finding.holds else finding.text


def test_a_tag_on_the_default_branch_is_no_candidate_and_no_final(origin: Origin) -> None:
    """v0.1.1, v0.2.1-rc.1, v0.2.1 and v1.1.0 were on master."""
    newest = commit(origin.bare, "master", "later", "x")
    tag(origin, CANDIDATE, "master")
    tag(origin, FINAL, "master")
    origin.fetched()
    assert tagging.problem(
        origin.release.origin(origin.sh), CANDIDATE, BRANCH, origin.release.signature_form
    ).endswith(f"is at {newest[:12]}, which is not on {BRANCH}")
    assert f"which is not on {BRANCH}" in final(origin)


def test_a_final_without_a_candidate_is_refused() -> None:
    """14 of 30 finals had none."""
    with pytest.raises(PreconditionError, match=r"origin has no candidate of v0\.2\.1; every release is"):
        tagged_candidate(ReleaseRequest(VERSION), ["v0.2.0", "v0.2.0-rc.0"])


def test_a_final_that_is_not_the_last_candidates_commit_is_refused(origin: Origin) -> None:
    """7 of 16 were not: v0.2.0 was six commits later, v0.6.2 eight."""
    tag(origin, CANDIDATE, BRANCH)
    later = commit(origin.bare, BRANCH, "later", "x")
    tag(origin, FINAL, BRANCH)
    assert final(origin).startswith(f"{FINAL} is at {later}, but {CANDIDATE} is at ")


@pytest.mark.parametrize(("tags", "number"), [([], "1"), ([], "2"), ([CANDIDATE], "2")])
def test_numbers_begin_at_0_and_leave_none_out(tags: list[str], number: str) -> None:
    """v0.3.0, v0.3.4, v0.4.0 and v0.4.1 began with another one."""
    with pytest.raises(UsageError, match=f"--candidate {number}: expected a number up to {len(tags)}"):
        open_candidate(ReleaseRequest(VERSION, number), tags, [])


def test_a_candidate_before_its_branch_is_refused(origin: Origin) -> None:
    """v0.2.0-rc.0 and six candidates of v0.7.0."""
    origin.sh.run(origin.sh["git"]["-C", str(origin.bare), "update-ref", "-d", f"refs/heads/{BRANCH}"])
    origin.fetched()
    assert branch_is_on_origin(origin.release, origin.sh).text == f"origin has no branch {BRANCH}"
    assert cut_branch.name in RC.before(tag_candidate)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("v0.5.0-rc2", "v0.5.0-rc.2"),
        ("v0.6.start", "v0.6.0"),
        ("v1.0", "v1.0.0"),
        ("v1.2-rc.0", "v1.2.0-rc.0"),
    ],
)
def test_a_name_that_tools_cannot_read_is_refused_with_the_nearest_that_they_can(
    name: str, nearest: str
) -> None:
    with pytest.raises(UsageError, match="is not a version; expected MAJOR") as caught:
        parse_name(name)
    assert caught.value.hint == f"the nearest valid form is {nearest}"


def test_a_lightweight_tag_is_refused(origin: Origin) -> None:
    """74 of 77 were."""
    tag(origin, CANDIDATE, BRANCH, annotated=False)
    origin.fetched()
    assert tagging.problem(
        origin.release.origin(origin.sh), CANDIDATE, BRANCH, origin.release.signature_form
    ).endswith("is not annotated")


def test_an_operator_at_head_is_a_change_that_is_asked_for(origin: Origin) -> None:
    """26 of 30 releases had tf-operator at HEAD; both branches are looked at, and both prototypes."""
    for branch in ("master", BRANCH):
        commit(origin.bare, branch, "ci.libsonnet", '"kubeflow/tf-operator@HEAD"\n')
    origin.fetched()
    tfjob = origin.release.config.operators["tfjob"]
    for edit, branch in (
        (operators.edit(origin.release, tfjob), "master"),
        (prototypes.edit(origin.release), BRANCH),
    ):
        (found,) = edit.examine(origin.release, origin.sh, f"origin/{branch}").changes
        assert (found.before, found.after) == ("HEAD", "v0.2.0")


def test_image_tags_yaml_changed_on_a_release_branch_is_refused_until_it_is_reverted(origin: Origin) -> None:
    """Eleven commits did."""
    commit(origin.bare, "master", "image_tags.yaml", "images: []\n")
    origin.fetched()
    assert image_tags_edit.strayed(origin.release, origin.sh, f"origin/{BRANCH}") == ""
    strayed = commit(origin.bare, BRANCH, "image_tags.yaml", "images: [other]\n")
    origin.fetched()
    said = image_tags_edit.strayed(origin.release, origin.sh, strayed)
    assert said.startswith(f"image_tags.yaml was changed on {BRANCH}, not on master only: {strayed[:7]}")


def test_no_candidate_is_tagged_before_its_digests_are_in_the_document() -> None:
    """None of 30 releases recorded them."""
    assert record_image_digests.name in RC.before(tag_candidate)


@pytest.mark.parametrize("text", ["image: {}:v20180607-a", "image: {}:v0.2.0", "image: {}:latest"])
def test_an_update_that_landed_on_master_only_is_asked_for_on_the_release_branch(
    origin: Origin, text: str
) -> None:
    """v0.2.0 shipped notebooks of 7 June, v0.2.2 to v0.2.7 an older bootstrapper: the old tag decides nothing."""
    image = "gcr.io/kubeflow-images-public/bootstrapper"
    pinned = '"kubeflow/tf-operator@v0.2.0"\n'
    for branch, line in (("master", f"image: {image}:v0.2.1"), (BRANCH, text.format(image))):
        commit(origin.bare, branch, "ci.libsonnet", pinned)
        commit(origin.bare, branch, "a.yaml", f"{line}\n")
    origin.fetched()
    change = prototypes.change(origin.release)
    assert change.base == BRANCH
    assert change.wanted(origin.sh)
    commit(origin.bare, BRANCH, "a.yaml", f"image: {image}:v0.2.1\n")
    assert not change.wanted(origin.fetched().sh)


def test_one_of_two_prototypes_bumped_is_not_enough(origin: Origin) -> None:
    """v0.2.4 to v0.2.7 had two different tf_operator images."""
    commit(origin.bare, BRANCH, "ci.libsonnet", '"kubeflow/tf-operator@v0.2.0"\n')
    for number, version in enumerate(("v0.2.0", "v0.1.0")):
        text = (
            f"// @optionalParam tfJobImage string gcr.io/kubeflow-images-public/tf_operator:{version} It.\n"
        )
        commit(origin.bare, BRANCH, f"{number}.jsonnet", text)
    origin.fetched()
    found = prototypes.edit(origin.release).examine(origin.release, origin.sh, f"origin/{BRANCH}")
    assert [(each.path, each.after) for each in found.changes] == [
        ("1.jsonnet", "gcr.io/kubeflow-images-public/tf_operator:v0.2.0")
    ]


def test_a_digest_of_63_digits_is_no_digest() -> None:
    """tf_operator v0.3.0 had one from 22 September 2018 until image_tags.yaml was deleted."""
    text = f"images:\n- name: gcr.io/x/y\n  versions:\n  - digest: sha256:{'a' * 63}\n    tags: [v0.3.0]\n"
    (said,) = problems(image_tags.parse(text.encode(), "image_tags.yaml"), "image_tags.yaml")
    assert "63" in said or "digest" in said


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("prow_config_release.yaml", "workflows:\n- app_dir: a\n    component: b\n", ":3: "),
        (
            "katib.jsonnet",
            "// @optionalParam a string x A // @optionalParam modeldbDatabaseImage string y B\n{}\n",
            ":1: modeldbDatabaseImage is on the line of another parameter",
        ),
    ],
)
def test_files_that_shipped_broken_are_told_before_the_tag(
    origin: Origin, path: str, content: str, told: str
) -> None:
    commit(origin.bare, BRANCH, "ci.libsonnet", '"kubeflow/tf-operator@v0.2.0"\n')
    head = commit(origin.bare, BRANCH, path, content)
    origin.fetched()
    assert f"\n  {path}{told}" in tree_claims.foreseen(origin.release, origin.sh, head)
    alone = origin.release.config.model_copy(update={"leave_alone": (path,)})
    other = replace(origin.release, config=alone)
    assert tree_claims.foreseen(other, origin.sh, head) == ""
