"""What release.verify would say of a tree is said before its commit is tagged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from releasing.config.release_yaml import Config
from releasing.gates import tree_claims
from releasing.runbook import waivers
from releasing.verification import TREE
from releasing.verification.tagged import at_commit
from tests.support.bare_repository import commit, head
from tests.support.releases import CONFIG, Origin, origin_in

BRANCH = "v0.2-branch"


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return origin_in(tmp_path)


def said(origin: Origin, **files: str) -> str:
    """What is said of the release branch with these files; a dot of a name is written as two underscores."""
    for name, text in files.items():
        commit(origin.bare, BRANCH, name.replace("__", "."), text)
    origin.fetched()
    return tree_claims.problem(origin.release, origin.sh, head(origin.bare, BRANCH))


def test_a_whole_tree_has_no_problem(origin: Origin) -> None:
    assert said(origin, good__yaml="image: gcr.io/other/x:v1\n") == ""


def test_a_file_that_names_a_candidate_stops_it_because_the_final_is_the_same_commit(origin: Origin) -> None:
    text = said(origin, group__go='const version = "v0.2.1-rc.0"\n')
    assert text.endswith(
        '"no -rc in a final": 1 place with the name of a candidate\n  group.go:1: v0.2.1-rc.0'
    )


def test_several_claims_that_do_not_hold_are_told_at_once(origin: Origin) -> None:
    image = "gcr.io/kubeflow-images-public/x"
    text = said(
        origin, a__yaml=f"image: {image}:latest\n", b__yaml="a: [\n", c__go=f'"{image}:v1", "{image}:v2"\n'
    )
    assert [name in text for name in ('"files parse"', '"latest"', '"one tag each"')] == [True] * 3
    assert "\n  a.yaml:1: " in text


def test_many_places_are_shortened(origin: Origin) -> None:
    text = said(origin, all__txt="v0.2.1-rc.0\n" * 14)
    assert text.count("\n") == 11
    assert text.endswith("\n  and 4 more")


def test_files_that_release_yaml_leaves_alone_are_not_judged(origin: Origin) -> None:
    config = origin.release.config.model_copy(update={"leave_alone": ("*.go", "*.yaml")})
    alone = replace(origin, release=replace(origin.release, config=config))
    assert said(alone, group__go='"v0.2.1-rc.0"\n', broken__yaml="a: [\n") == ""


def test_a_waived_claim_stops_neither_the_candidate_nor_its_final(origin: Origin) -> None:
    release, sh = origin.release, origin.sh
    assert "no -rc" in said(origin, group__go='"v0.2.1-rc.0"\n')
    waivers.record(sh.journal, "rc", "no -rc in a final", "a comment")
    assert said(origin) == ""
    folder = release.state / "releases" / release.candidate.tag
    folder.mkdir(parents=True)
    sh.journal.path.rename(folder / "journal.jsonl")
    final = Origin(replace(release, final=True), origin.bare, origin_in(release.state / "other").sh)
    assert tree_claims.waived_claims(final.release, final.sh) == {"no -rc in a final"}


def test_what_can_be_waived_is_what_a_tree_is_asked(origin: Origin) -> None:
    origin.fetched()
    it = at_commit(replace(origin.release, final=True), origin.sh, head(origin.bare, BRANCH))
    names = {claim.name for group in TREE for claim in group(it)}
    assert names <= {*waivers.CLAIMS}
    assert {*tree_claims.TO_COME} <= {*waivers.CLAIMS}


def test_what_the_steps_will_set_is_no_problem_before_they_do_and_the_rest_is(tmp_path: Path) -> None:
    operator = {"repository": "kubeflow/tf-operator", "release": "v0.2.0", "image": "tf_operator"}
    plain = origin_in(tmp_path)
    config = CONFIG.model_dump() | {"operators": {"tfjob": operator}}
    origin = replace(plain, release=replace(plain.release, config=Config.model_validate(config)))
    image = "gcr.io/kubeflow-images-public/"
    commit(origin.bare, BRANCH, "a.yaml", f"image: {image}tf_operator:latest\nother: {image}x:latest\n")
    at = commit(origin.bare, BRANCH, "b.libsonnet", '{ repos: "kubeflow/tf-operator@HEAD" }\n')
    origin.fetched()
    foreseen = tree_claims.foreseen(origin.release, origin.sh, at)
    assert foreseen.splitlines() == [
        f'{at[:12]}: "latest": 1 reference at :latest',
        f"  a.yaml:2: {image}x:latest",
        '"operators": 1 checkout at HEAD',
        "  b.libsonnet:1: kubeflow/tf-operator@HEAD",
    ]
    assert f"a.yaml:1: {image}tf_operator:latest" in tree_claims.problem(origin.release, origin.sh, at)
