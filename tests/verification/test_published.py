"""What GitHub says of a release: its checks, its notes and its manifest; and one release where everything holds."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from releasing.errors import UnmetError, UnreachableError
from releasing.rehearsal.registry import small_images
from releasing.verification import as_json, claims, lines, postsubmit, require
from releasing.verification import published as subject
from releasing.verification.claim import Claim
from tests.support.local_github import GH, LocalGitHub, local_github
from tests.support.paths import ROOT
from tests.support.registries import rehearsal_registry
from tests.support.verified_project import CREATED, IMAGES, OPERATOR, TAG, Project, digest

RELEASES = "repos/kubeflow/kubeflow/releases"
NOTES = "- Use the images (#4)\n- List them (#3)\n"


@pytest.fixture
def github(project: Project, tmp_path: Path) -> Iterator[LocalGitHub]:
    """A local GitHub that has the project."""
    with local_github(tmp_path / "github") as served:
        path = os.pathsep.join([str(GH.parent), served.environment["PATH"]])
        project.variables |= {**served.environment, "PATH": path}
        yield served


@pytest.fixture
def registry(project: Project, tmp_path: Path) -> Iterator[str]:
    """A registry that has the project's images."""
    with rehearsal_registry(tmp_path / "registry") as address:
        for image, tag in [(IMAGES[0], TAG), (IMAGES[1], TAG), (OPERATOR, "v0.2.0")]:
            small_images.push(address, image, tag, {}, CREATED)
        project.variables["RELEASE_REGISTRY_MIRRORS"] = f"gcr.io={address}/gcr.io"
        yield address


def publish(github: LocalGitHub, notes: str = NOTES, tag: str = TAG, **more: bool) -> None:
    fields = {"tag_name": tag, "body": notes, **more}
    done = github.gh("api", RELEASES, "--input", "-", stdin=json.dumps(fields))
    assert done.returncode == 0, done.stderr


def manifest(project: Project, **changes: Any) -> dict[str, Any]:
    commit = project.git("rev-parse", f"{TAG}^{{commit}}")
    return {
        "project": "Kubeflow",
        "tag": TAG,
        "repository": "kubeflow/kubeflow",
        "commit": commit,
        "images": [{"name": image, "tag": TAG, "digest": digest(image)} for image in IMAGES],
        "repositories": {"kubeflow/kubeflow": commit},
        "workflows": [],
        **changes,
    }


def attach(github: LocalGitHub, tmp_path: Path, content: object, tag: str = TAG) -> None:
    path = tmp_path / "release-manifest.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    done = github.gh("release", "upload", tag, str(path), "-R", "kubeflow/kubeflow")
    assert done.returncode == 0, done.stderr


def published(project: Project, candidate: int | None = None) -> dict[str, Claim]:
    return project.claims(subject.claims, candidate)


def test_a_whole_release_holds(project: Project, github: LocalGitHub, registry: str, tmp_path: Path) -> None:
    publish(github)
    attach(github, tmp_path, manifest(project))
    it = project.read()
    found = claims(it)
    assert [claim for claim in found if not claim.holds] == []
    require(it, found)
    shown = [*lines(it, found)]
    assert shown[0] == "Kubeflow v0.2.1, read back from kubeflow/kubeflow, GitHub and the registries"
    assert shown[-1] == f"{len(found)} hold, 0 do not, 0 could not be read"
    assert json.loads(as_json(it, found))["claims"][2]["name"] == "tag"
    page = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z][^|]+) \|", page, re.MULTILINE)[1:]
    assert {claim.name for claim in found} == {name for row in rows for name in row.split(", ")} - {"signed"}


def test_a_whole_candidate_holds(
    project: Project, github: LocalGitHub, registry: str, tmp_path: Path
) -> None:
    publish(github, tag=f"{TAG}-rc.0", prerelease=True)
    attach(github, tmp_path, manifest(project, tag=f"{TAG}-rc.0"), f"{TAG}-rc.0")
    assert [claim for claim in claims(project.read(candidate=0)) if not claim.holds] == []


def test_what_does_not_hold_is_unmet_and_what_was_not_read_is_unreachable(project: Project) -> None:
    it = project.read()
    sound, false, unread = (
        Claim(name, holds, "") for name, holds in [("a", True), ("b", False), ("c", None)]
    )
    with pytest.raises(UnmetError, match=r"v0\.2\.1: claims that do not hold: b\n"):
        require(it, [sound, false, unread])
    with pytest.raises(UnreachableError, match=r"v0\.2\.1: claims that could not be checked: c\n"):
        require(it, [sound, unread])


def test_a_github_that_does_not_answer_is_neither_true_nor_false(project: Project, tmp_path: Path) -> None:
    project.variables |= {"PATH": f"{GH.parent}:{os.environ['PATH']}", "GH_TOKEN": "x"}
    project.variables |= {"HTTPS_PROXY": "http://127.0.0.1:1", "GH_CONFIG_DIR": str(tmp_path / "gh")}
    found = {claim.name: claim for claim in claims(project.read())}
    assert found["postsubmit"].holds is None
    assert found["on GitHub"].holds is None
    assert "could not be read" in found["on GitHub"].found


def test_a_commit_without_a_green_postsubmit_does_not_hold(project: Project, github: LocalGitHub) -> None:
    assert project.claims(postsubmit.claims)["postsubmit"].holds
    verdicts = project.bare.with_suffix(".verdicts.json")
    for verdict, said in [("failure", "postsubmit: failure"), (None, "postsubmit: not reported")]:
        verdicts.write_text(json.dumps({"*": {"postsubmit": verdict}}))
        found = project.claims(postsubmit.claims)["postsubmit"]
        assert not found.holds
        assert said in found.found


def test_a_project_without_postsubmits_claims_nothing_of_them(project: Project) -> None:
    checks = project.config.checks.model_copy(update={"postsubmit": ()})
    assert project.configured(checks=checks).claims(postsubmit.claims) == {}


def test_a_release_that_is_not_published_does_not_hold(project: Project, github: LocalGitHub) -> None:
    assert published(project)["on GitHub"].found == "kubeflow/kubeflow has no published release v0.2.1"
    publish(github, draft=True)
    assert {*published(project)} == {"on GitHub"}
    assert published(project)["on GitHub"].holds is False


def test_a_final_is_no_pre_release_and_a_candidate_is_one(project: Project, github: LocalGitHub) -> None:
    publish(github, prerelease=True)
    publish(github, tag=f"{TAG}-rc.0")
    assert published(project)["on GitHub"].holds is False
    assert published(project)["on GitHub"].found.endswith(", marked as a pre-release")
    assert published(project, candidate=0)["on GitHub"].found.endswith(", not marked as a pre-release")


def test_notes_that_leave_a_pull_request_out_do_not_hold(project: Project, github: LocalGitHub) -> None:
    publish(github, notes="Everything is better (#44)\n")
    found = published(project)["notes"]
    assert not found.holds
    assert found.found == "0 of 1 pull requests since v0.2.0 are mentioned"
    assert found.details == ("#4 Use the images of v0.2.1",)


def test_a_release_without_notes_does_not_hold(project: Project, github: LocalGitHub) -> None:
    publish(github, notes="")
    found = published(project)["notes"]
    assert (found.holds, found.found) == (False, "the release has no notes")


def test_a_release_without_a_manifest_does_not_hold(project: Project, github: LocalGitHub) -> None:
    publish(github)
    found = published(project)["manifest"]
    assert (found.holds, found.found) == (False, "the release has no release-manifest.json")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tag": "v0.2.0"}, "tag: v0.2.0, not v0.2.1"),
        ({"commit": "a" * 40}, f"commit: {'a' * 40}, not "),
        ({"repositories": {}}, "commit of kubeflow/kubeflow: missing, not "),
        (
            {"images": [{"name": IMAGES[0], "tag": TAG, "digest": digest(IMAGES[0])}]},
            f"{IMAGES[1]}:{TAG} is missing",
        ),
    ],
)
def test_a_manifest_at_odds_with_git_does_not_hold(
    project: Project, github: LocalGitHub, registry: str, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    publish(github)
    attach(github, tmp_path, manifest(project, **changes))
    found = published(project)["manifest"]
    assert found.holds is False
    assert len(found.details) == 1
    assert found.details[0].startswith(said)


def test_a_manifest_at_odds_with_the_registry_does_not_hold(
    project: Project, github: LocalGitHub, registry: str, tmp_path: Path
) -> None:
    publish(github)
    attach(github, tmp_path, manifest(project))
    moved = small_images.push(registry, IMAGES[1], TAG, {"some": "body"}, CREATED)
    found = published(project)["manifest"]
    assert found.holds is False
    assert found.details == (f"{IMAGES[1]}:{TAG}: {digest(IMAGES[1])}, but the registry has {moved}",)


def test_a_manifest_is_not_judged_by_a_registry_that_does_not_answer(
    project: Project, github: LocalGitHub, tmp_path: Path
) -> None:
    publish(github)
    attach(github, tmp_path, manifest(project))
    project.variables["RELEASE_REGISTRY_MIRRORS"] = "gcr.io=http://127.0.0.1:1/gcr.io"
    assert published(project)["manifest"].holds is None


@pytest.mark.parametrize("content", ["not JSON", "[]", "{}", '{"images": [{"name": "x"}]}', '{"images": 7}'])
def test_a_manifest_in_another_form_does_not_hold(
    project: Project, github: LocalGitHub, tmp_path: Path, content: str
) -> None:
    publish(github)
    attach(github, tmp_path, content)
    found = published(project)["manifest"]
    assert found.holds is False
    assert "cannot be read" in found.found


def test_the_images_of_a_superseded_candidate_may_have_moved_on(
    project: Project, github: LocalGitHub, registry: str, tmp_path: Path
) -> None:
    publish(github, tag=f"{TAG}-rc.0", prerelease=True)
    attach(github, tmp_path, manifest(project, tag=f"{TAG}-rc.0"), f"{TAG}-rc.0")
    small_images.push(registry, IMAGES[1], TAG, {"of": "the next candidate"}, CREATED)
    assert not published(project, candidate=0)["manifest"].holds
    project.tag(f"{TAG}-rc.1", "v0.2-branch")
    assert published(replace(project), candidate=0)["manifest"].holds


def test_an_image_of_a_superseded_candidate_has_to_be_there_still(
    project: Project, github: LocalGitHub, registry: str, tmp_path: Path
) -> None:
    publish(github, tag=f"{TAG}-rc.0", prerelease=True)
    gone = f"sha256:{'d' * 64}"
    old = manifest(project, tag=f"{TAG}-rc.0")
    old["images"][0] = {**old["images"][0], "digest": gone}
    attach(github, tmp_path, old, f"{TAG}-rc.0")
    project.tag(f"{TAG}-rc.1", "v0.2-branch")
    found = published(project, candidate=0)["manifest"]
    assert found.details == (f"{old['images'][0]['name']}:{TAG}: {gone}, but the registry has no such tag",)
