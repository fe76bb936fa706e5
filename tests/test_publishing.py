"""A published release is held against git and the registry."""

from __future__ import annotations

from pathlib import Path

from releasing import manifest, publication, publishing
from releasing.config import Config
from releasing.manifest import Manifest
from releasing.publication import Publication
from releasing.step import Finding
from tests.faulty_registry import PROJECT, faulty_registry, pushed
from tests.releases import CONFIG, Origin, hosted, release_at

WITH_IMAGE = Config.model_validate(
    CONFIG.model_dump()
    | {
        "bootstrapper": {
            "images": {"pattern": "a", "names": ["a"]},
            "folder": "bootstrap",
            "config": "config.yaml",
        },
        "image_tags": "image_tags.yaml",
    }
)


def told(origin: Origin, commit: str, digest: str, folder: Path) -> Finding:
    """What the check says of a release whose manifest names `commit` and `digest`."""
    release = release_at(folder / "state", WITH_IMAGE)
    slug, tag = release.slug, release.tag
    images = {f"{PROJECT}/a:v0.2.1": digest}
    file, notes = folder / manifest.NAME, folder / "notes.md"
    file.write_text(Manifest("Kubeflow", tag, slug, commit, images, {slug: commit}, ()).text())
    notes.write_text("- what is new\n")
    publication.publish(origin.sh.shell, Publication(slug, tag, tag, notes, (file,), True))
    return publishing.published(release, origin.sh)


def checked(tmp_path: Path, *, commit: str = "", digest: str = "") -> Finding:
    """The same, the commit and the digest being the real ones unless given."""
    with faulty_registry(tmp_path / "registry") as faulty, hosted(tmp_path) as (origin, _github):
        there = pushed(faulty.url, "a", tag="v0.2.1")["a"]
        origin.sh.shell.environment.update(faulty.environment)
        git = origin.sh["git"]["-C", str(origin.bare)]
        origin.sh.run(git["tag", "-a", "v0.2.1-rc.0", "v0.2-branch", "-m", "candidate"])
        head = origin.sh.shell.read(git["rev-parse", "v0.2-branch"])
        return told(origin, commit or head, digest or there, tmp_path)


def test_a_release_that_agrees_with_the_world_is_met(tmp_path: Path) -> None:
    finding = checked(tmp_path)
    assert finding.holds, finding.text
    assert finding.text.endswith("has the notes and release-manifest.json")


def test_a_manifest_about_another_commit_is_told(tmp_path: Path) -> None:
    finding = checked(tmp_path, commit="e" * 40)
    assert not finding.holds
    assert f"its manifest is about {'e' * 40}, the tag is at " in finding.text


def test_a_manifest_with_another_digest_is_told(tmp_path: Path) -> None:
    finding = checked(tmp_path, digest=f"sha256:{'e' * 64}")
    assert not finding.holds
    assert f"its manifest says {PROJECT}/a:v0.2.1 is sha256:eeee" in finding.text
