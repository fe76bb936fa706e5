"""References of a release to images that nobody listed: before its pull requests are merged, and after."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.builds import identity
from releasing.gates import unlisted_images
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, dump
from releasing.rehearsal.github.git.git_program import git
from releasing.steps.update_images import update_image_tags
from releasing.steps.update_release_branch import wait_for_presubmit
from tests.support.bare_repository import commit, head
from tests.support.local_github import LocalGitHub
from tests.support.paths import SCRIPTS
from tests.support.releases import CONFIG, Origin, hosted

REGISTRY = "gcr.io/kubeflow-images-public"
BUILD = "v20180723-01234567"
HEAD = "release/v0.2.1-rc.0/update-prototypes"
LISTING = "release/v0.2.1-rc.0/update-image-tags"
SPAWNER = f"# {REGISTRY}/bootstrapper:v0.2.1\n'{{0}}/{{1}}/notebook-gpu:v0.2.1'\n"
SAID = (
    "refers to {0}/{1}/notebook-gpu:v0.2.1 (spawner.py:2), which image_tags.yaml does not list; "
    "list it there, or remove the reference"
)
SETTINGS = CONFIG.model_validate(
    {
        **CONFIG.model_dump(exclude_unset=True, by_alias=True),
        "image-tags": "image_tags.yaml",
        "reference-prefixes": [f"{REGISTRY}/", "{0}/{1}/"],
        "leave-alone": ["old.md"],
        "bootstrapper": {
            "images": {"pattern": "bootstrapper", "names": ["bootstrapper"]},
            "folder": "bootstrap",
            "config": "config.txt",
        },
    }
)


def listing(*names: str) -> str:
    rows = (TaggedDigest("sha256:" + "a" * 64, (BUILD, "v0.2.1")),)
    return dump(ImageTags(tuple(ImageRow(f"{REGISTRY}/{name}", rows) for name in names))).decode()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Origin, LocalGitHub]]:
    """A release whose prototypes are on a branch, with the bootstrapper listed and a notebook that is not."""
    with hosted(tmp_path) as (plain, github):
        plain.sh.environment["PATH"] += f"{os.pathsep}{SCRIPTS}"
        origin = replace(plain, release=replace(plain.release, config=SETTINGS))
        commit(origin.bare, "v0.2-branch", "old.md", f"{REGISTRY}/older:v0.2.1\n")
        commit(origin.bare, "master", "image_tags.yaml", listing("bootstrapper"))
        commit(origin.bare, HEAD, "spawner.py", SPAWNER, start="v0.2-branch")
        yield origin.fetched(), github


@pytest.fixture
def origin(world: tuple[Origin, LocalGitHub]) -> Origin:
    return world[0]


def proposed(origin: Origin) -> str:
    return unlisted_images.proposed(origin.release, origin.fetched().sh)


def merged(origin: Origin) -> str:
    return unlisted_images.merged(origin.release, origin.fetched().sh)


def test_what_the_prototypes_bring_is_told_with_its_place(origin: Origin) -> None:
    assert proposed(origin) == f"{HEAD} {SAID}"
    assert merged(origin) == ""


def test_a_file_whose_name_has_a_line_break_hides_nothing(origin: Origin) -> None:
    commit(origin.bare, HEAD, "a\nfile", f"{REGISTRY}/bootstrapper:v0.2.1\n")
    assert proposed(origin) == f"{HEAD} {SAID}"
    commit(origin.bare, HEAD, "b\nfile", f"{REGISTRY}/notebook-cpu:v0.2.1\n")
    assert f"{REGISTRY}/notebook-cpu:v0.2.1 (b\nfile:1)" in proposed(origin)


def test_listing_it_on_the_default_branch_or_in_the_pull_request_settles_it(origin: Origin) -> None:
    commit(origin.bare, LISTING, "image_tags.yaml", listing("bootstrapper", "notebook-gpu"))
    assert proposed(origin) == ""
    commit(origin.bare, LISTING, "image_tags.yaml", listing("bootstrapper"))
    assert proposed(origin) != ""
    commit(origin.bare, "master", "image_tags.yaml", listing("notebook-gpu", "bootstrapper"))
    assert proposed(origin) == ""


def test_taking_the_reference_away_settles_it(origin: Origin) -> None:
    commit(origin.bare, HEAD, "spawner.py", "")
    assert proposed(origin) == ""


def test_a_merged_pull_request_says_no_more(world: tuple[Origin, LocalGitHub]) -> None:
    origin, github = world
    fields = [word for field in ("title=Use", f"head={HEAD}", "base=v0.2-branch") for word in ("-f", field)]
    pull = github.api("-X", "POST", "repos/kubeflow/kubeflow/pulls", *fields)["number"]
    assert proposed(origin) == f"{HEAD} {SAID}"
    github.api("-X", "PUT", f"repos/kubeflow/kubeflow/pulls/{pull}/merge", "-f", "merge_method=squash")
    assert proposed(origin) == ""
    assert merged(origin) == f"v0.2-branch {SAID}"


def test_after_the_merge_the_release_branch_counts_and_only_the_default_branch_lists(origin: Origin) -> None:
    commit(origin.bare, LISTING, "image_tags.yaml", listing("bootstrapper", "notebook-gpu"))
    commit(origin.bare, "v0.2-branch", "spawner.py", SPAWNER)
    assert merged(origin) == f"v0.2-branch {SAID}"
    commit(origin.bare, "master", "image_tags.yaml", listing("bootstrapper", "notebook-gpu"))
    assert merged(origin) == ""


def test_after_the_tag_what_comes_onto_the_branch_counts_no_more(origin: Origin) -> None:
    git(origin.bare, "update-ref", f"refs/tags/{origin.release.tag}", head(origin.bare, "v0.2-branch"))
    commit(origin.bare, "v0.2-branch", "spawner.py", SPAWNER)
    assert merged(origin) == ""


def test_no_list_at_all_is_a_list_without_them(origin: Origin) -> None:
    commit(origin.bare, "v0.2-branch", "spawner.py", SPAWNER)
    commit(origin.bare, "master", "image_tags.yaml", "images: []\n")
    assert merged(origin).startswith(f"v0.2-branch refers to {REGISTRY}/bootstrapper:v0.2.1 (spawner.py:1); ")


def test_the_steps_are_not_done_as_long_as_something_dangles(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of both checks holds: the images are listed, and nothing is left to merge."""
    monkeypatch.setattr(identity, "known_tag", lambda *_: BUILD)
    assert update_image_tags.verify(origin.release, origin.sh).text == f"{HEAD} {SAID}"
    commit(origin.bare, HEAD, "spawner.py", "")
    assert update_image_tags.verify(origin.release, origin.fetched().sh).holds
    commit(origin.bare, "v0.2-branch", "spawner.py", SPAWNER)
    finding = wait_for_presubmit.verify(origin.release, origin.fetched().sh, ())
    assert (finding.holds, finding.text) == (False, f"v0.2-branch {SAID}")
    commit(origin.bare, "master", "image_tags.yaml", listing("bootstrapper", "notebook-gpu"))
    assert wait_for_presubmit.verify(origin.release, origin.fetched().sh, ()).holds


def test_the_step_is_not_done_with_a_file_that_is_not_valid(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "known_tag", lambda *_: BUILD)
    commit(origin.bare, HEAD, "spawner.py", "")
    assert update_image_tags.verify(origin.release, origin.fetched().sh).holds
    for wrong in (
        ("a" * 64, "a" * 63),
        (f"- {BUILD}", f"- {BUILD}\n    - -rf"),
        (f"- {BUILD}", f"- {BUILD}\n    - {BUILD}"),
    ):
        commit(origin.bare, "master", "image_tags.yaml", listing("bootstrapper").replace(*wrong))
        finding = update_image_tags.verify(origin.release, origin.fetched().sh)
        assert not finding.holds
        assert "no pull request proposes it" in finding.text
