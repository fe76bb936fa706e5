"""A published release is held against git and the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.clients.github import releases
from releasing.clients.github.releases import Publication
from releasing.image import ImageRef
from releasing.publication import github_release, manifest
from releasing.publication.manifest import ReleaseManifest
from releasing.rehearsal.registry.small_images import push
from releasing.runbook.step import Finding
from tests.support.faulty_registry import PROJECT, faulty_registry, pushed
from tests.support.releases import WITH_IMAGE, Origin, hosted, release_at


def told(origin: Origin, commit: str, digest: str, folder: Path) -> Finding:
    """What the check says of a release whose manifest names `commit` and `digest`."""
    release = release_at(folder / "state", WITH_IMAGE)
    slug, tag = release.slug, release.tag
    images = {ImageRef(f"{PROJECT}/a", "v0.2.1"): digest}
    file, notes = folder / manifest.NAME, folder / "notes.md"
    file.write_text(ReleaseManifest("Kubeflow", tag, slug, commit, images, {slug: commit}, ()).text())
    notes.write_text("- what is new\n")
    releases.publish(origin.sh.shell, Publication(slug, tag, tag, notes, (file,), True))
    return github_release.published(release, origin.sh)


def checked(
    tmp_path: Path, *, commit: str = "", digest: str = "", later: str = "", moved: bool = False
) -> Finding:
    """The same, the commit and the digest being the real ones unless given.

    `later` is a ref of a later candidate; `moved` says that the tag was put on another image since.
    """
    with faulty_registry(tmp_path / "registry") as faulty, hosted(tmp_path) as (origin, _github):
        there = pushed(faulty.url, "a", tag="v0.2.1")["a"]
        origin.sh.shell.environment.update(faulty.environment)
        git = origin.sh["git"]["-C", str(origin.bare)]
        origin.sh.run(git["tag", "-a", "v0.2.1-rc.0", "v0.2-branch", "-m", "candidate"])
        head = origin.sh.shell.read(git["rev-parse", "v0.2-branch"])
        if later:
            origin.sh.run(git["update-ref", later, head])
        if moved:
            push(faulty.url, f"{PROJECT}/a", "v0.2.1", {"next": "candidate"}, "2018-07-20T00:00:00Z")
        return told(origin, commit or head, digest or there, tmp_path)


def test_a_release_that_agrees_with_the_world_is_met(tmp_path: Path) -> None:
    finding = checked(tmp_path)
    assert finding.holds, finding.text
    assert finding.text.endswith("has the notes and release-manifest.json")


def test_a_manifest_about_another_commit_is_told(tmp_path: Path) -> None:
    finding = checked(tmp_path, commit="e" * 40)
    assert not finding.holds
    assert f"its manifest names commit {'e' * 40}, but the tag is at " in finding.text


def test_a_manifest_with_another_digest_is_told(tmp_path: Path) -> None:
    finding = checked(tmp_path, digest=f"sha256:{'e' * 64}")
    assert not finding.holds
    assert f"its manifest says {PROJECT}/a:v0.2.1 is sha256:eeee" in finding.text


@pytest.mark.parametrize(
    "later",
    ["refs/tags/v0.2.1-rc.1", "refs/tags/v0.2.1-rc.10", "refs/heads/release/v0.2.1-rc.1/update-images"],
)
def test_an_older_candidates_images_need_only_be_there_once_a_later_one_took_the_tag(
    tmp_path: Path, later: str
) -> None:
    assert checked(tmp_path, moved=True, later=later).holds


def test_a_tag_that_moved_without_a_later_candidate_is_told(tmp_path: Path) -> None:
    finding = checked(tmp_path, moved=True, later="refs/tags/v0.2.1-rc.0-of-somebody")
    assert not finding.holds
    assert ", the registry sha256:" in finding.text


def test_an_older_candidates_image_that_is_gone_is_told(tmp_path: Path) -> None:
    finding = checked(tmp_path, digest=f"sha256:{'e' * 64}", later="refs/tags/v0.2.1-rc.1")
    assert not finding.holds
    assert finding.text.endswith(f"is sha256:{'e' * 64}, which the registry no longer has")
