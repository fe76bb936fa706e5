"""The types behind release.yaml: what they refuse, and what follows from them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies
from pydantic import ValidationError

from releasing.changes.reference_edit import pinned, set_by_name
from releasing.config.config_file import load
from releasing.config.families import Listing
from releasing.config.placeholders import OF_FILES
from releasing.config.release_yaml import (
    Config,
    ConfiguredParameter,
    ConfiguredPin,
    Images,
    Operator,
    Profile,
)
from releasing.recipes import RC, RECIPES
from releasing.references.rules import Rules
from releasing.version import Version
from tests.support.paths import ROOT
from tests.support.releases import CONFIG, release_at

pytestmark = pytest.mark.interpreter

IMAGES = {"pattern": "notebook-(cpu|gpu)", "names": ["notebook-cpu", "notebook-gpu"]}
WORKFLOW = {"app": "releaser", "environment": "releasing", "component": "workflows", "job-name": "job"}
RELEASE = {**dict.fromkeys(OF_FILES, "0"), "version": "0.2.1", "tag": "v0.2.1", "branch": "v0.2-branch"}
TF_SERVING = {"images": IMAGES, "workflow": WORKFLOW}


def with_section(**sections: Any) -> Config:
    return Config.model_validate({**CONFIG.model_dump(exclude_unset=True), **sections})


@pytest.mark.parametrize("path", ["/etc/passwd", "../other", "a/../../b", "", "."])
def test_a_path_stays_inside_the_repository(path: str) -> None:
    with pytest.raises(ValidationError, match="expected a path inside the repository"):
        with_section(document=path)


@pytest.mark.parametrize(
    ("pattern", "problem"), [("(", "not a regular expression"), ("a", "exactly one group")]
)
def test_a_pins_pattern_has_one_group(pattern: str, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        ConfiguredPin(file="a", pattern=pattern, value="b")
    assert ConfiguredPin(file="a", pattern="a(?:b)(?P<value>c)", value="b").pattern


@pytest.mark.parametrize("value", ["", "a\nb", "a\tb", "{release}", "{", "a}"])
def test_a_pins_value_is_one_line_with_the_names_of_a_release(value: str) -> None:
    with pytest.raises(ValidationError, match="value"):
        ConfiguredPin(file="a", pattern="(a)", value=value)
    assert ConfiguredPin(file="a", pattern="(a)", value="any {tag} {{ of \"{branch}'").value


@given(
    strategies.text(),
    strategies.text() | strategies.from_regex(r"[A-Za-z_][\w.-]*", fullmatch=True),
    strategies.text().map(lambda text: f"{text}(.)"),
)
@settings(deadline=None)
@example("x/{tag}", "version.of-it", r"(\u00e9|\d)")
@example("a b", "name", "(a)")
@example("a\\'b", "name", "(a)")
def test_what_release_yaml_accepts_update_references_accepts(value: str, name: str, pattern: str) -> None:
    """The program has rules of its own; a release does not get as far as that and then stop."""
    with suppress(ValidationError):
        pins = pinned([(ConfiguredPin(file="a", pattern=pattern, value=value), RELEASE)])
        Rules.parse((), pins, ())
    with suppress(ValidationError):
        parameters = set_by_name([(ConfiguredParameter(files="a*", name=name, value=value), RELEASE)])
        Rules.parse((), (), parameters)


def test_images_that_their_own_pattern_does_not_find_are_named() -> None:
    names = ("notebook-cpu", "notebook-tpu", "my-notebook-cpu")
    with pytest.raises(ValidationError, match="notebook-tpu, my-notebook-cpu"):
        Images(pattern="notebook-(cpu|gpu)", names=names)


def test_an_operators_release_is_an_image_tag() -> None:
    with pytest.raises(ValidationError, match="release"):
        Operator(repository="kubeflow/tf-operator", release="v0.2:0", image="tf_operator")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"production": True, "sandbox": "s", "state": "s"}, "cannot have a sandbox"),
        ({}, "or a folder as 'sandbox:'"),
        ({"production": True}, "write 'state:'"),
    ],
)
def test_a_profile_acts_in_exactly_one_place(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Profile(**settings)


def test_builds_need_a_cluster_and_images_a_list() -> None:
    gcp = {"project": "p", "cluster": "c", "zone": "z", "namespace": "n"}
    with pytest.raises(ValidationError, match="write 'gcp:'"):
        with_section(tfserving=TF_SERVING, image_tags="t.yaml")
    with pytest.raises(ValidationError, match="write 'image-tags:'"):
        with_section(tfserving=TF_SERVING, gcp=gcp)
    config = with_section(tfserving=TF_SERVING, gcp=gcp, image_tags="t.yaml")
    assert [image for group in config.images for image in group.names] == ["notebook-cpu", "notebook-gpu"]


def test_nothing_changes_after_reading() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CONFIG.project = "Another"


def test_a_missing_section_drops_its_steps(tmp_path: Path) -> None:
    whole = load(ROOT / "release.yaml")
    every = RC.listed(Listing(whole))
    kept = RC.of(release_at(tmp_path, whole))
    assert [(each.name, each.needs, each.title) for each in kept] == [
        (each.name, each.needs, each.title) for each in every
    ]
    builds = {name: build for name, build in whole.builds.items() if name != "jupyter"}
    left = {each.name for each in RC.of(release_at(tmp_path, whole.model_copy(update={"builds": builds})))}
    assert {each.name for each in every} - left == {"build-jupyter"}


def test_the_branch_of_a_pull_request_is_called_after_a_step(tmp_path: Path) -> None:
    for recipe in RECIPES:
        whole = recipe.of(release_at(tmp_path, load(ROOT / "release.yaml")))
        changes = [
            propose(release_at(tmp_path, load(ROOT / "release.yaml")), "") for propose in whole.proposals
        ]
        assert {change.step for change in changes} <= {step.name for step in whole}
        assert len({change.step for change in changes}) == len(changes)


def test_the_pull_requests_of_a_candidate_are_in_the_order_of_the_runbook(tmp_path: Path) -> None:
    release = release_at(tmp_path, load(ROOT / "release.yaml"))
    assert [propose(release, "").step for propose in RC.of(release).proposals] == [
        "update-tfjob",
        "update-pytorchjob",
        "build-jupyter",
        "update-bootstrapper",
        "update-image-tags",
        "update-prototypes",
        "record-image-digests",
    ]


def test_a_project_without_builds_cluster_and_operators_has_a_short_recipe(tmp_path: Path) -> None:
    assert [each.name for each in RC.of(release_at(tmp_path))] == [
        "preflight",
        "check-files",
        "cut-branch",
        "wait-for-postsubmit",
        "check-release-notes",
        "tag-candidate",
        "publish-candidate",
        "announce-vote",
    ]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"cherry-pick-label": "cherrypick"}, "expected a label with {major} and {minor} in it"),
        ({"cherry-pick-label": "a,v{major}.{minor}"}, "without commas"),
        ({"release-only-label": "one,two"}, "without commas"),
        ({"release-only-label": " "}, "expected the name of one label"),
        ({"release-only-trailer": "Release only:"}, "release-only-trailer"),
    ],
)
def test_labels_and_trailer_of_the_branching_policy_have_their_forms(
    settings: dict[str, str], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        with_section(branching=settings)


def test_the_release_branch_is_as_the_project_names_it() -> None:
    version = Version(0, 9, 1, with_section(release_branch="release-{major}.{minor}").naming)
    assert version.branch == "release-0.9"
    assert Version(0, 9, 1, CONFIG.naming).branch == "v0.9-branch"


REFUSED_BRANCHES = {
    "release": "versions would share a branch",
    "release-{major}.{version}": "{version} is no part of a branch's name",
    "release-{major}~{minor}": "'~' may not be in the name of a branch",
    "release/v{major}.{minor}.{patch}": "leaves no room for the branches release/v1.1.1/",
    "release/v{major}.{minor}.{patch}/x": "leaves no room for the branches release/v1.1.1/",
}


@pytest.mark.parametrize(("pattern", "words"), REFUSED_BRANCHES.items())
def test_a_release_branch_that_could_not_be_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        with_section(release_branch=pattern)
    assert words in str(caught.value)


def test_the_default_branch_is_no_release_branch() -> None:
    with pytest.raises(ValidationError, match="is the name of the default branch, too: v2"):
        with_section(release_branch="v{major}", default_branch="v2")


PIN = {"file": "VERSION", "pattern": "(.+)"}
UNSETTLED = [
    ({"value": "{full}"}, "{full} is not the same for a candidate and for its final"),
    ({"value": "v{npm}"}, "{npm} is not the same"),
    ({"value": "{pep440}", "on": "both"}, "write 'on: candidate'"),
    ({"value": "{candidate}", "on": "final"}, "a final has no {candidate}"),
    ({"value": "{version}", "on": "never"}, "'candidate', 'final' or 'both'"),
    ({"value": "{Version}"}, "{Version} is not a known name"),
]


@pytest.mark.parametrize(("pin", "words"), UNSETTLED)
def test_a_value_that_a_candidate_and_its_final_could_not_share_is_refused(pin: Any, words: str) -> None:
    for sections in ({"pins": [PIN | pin]}, {"parameters": [{"files": "*", "name": "a", **pin}]}):
        with pytest.raises(ValidationError) as caught:
            with_section(**sections)
        assert words in str(caught.value)


def test_braces_that_are_doubled_are_no_name_of_a_candidate() -> None:
    assert with_section(pins=[PIN | {"value": "{{full}} {version}"}]).pins[0].on == "both"
    assert not with_section(pins=[PIN | {"value": "{{date}}"}]).dated
    assert with_section(pins=[PIN | {"value": "{date}"}]).dated
