"""Releases are published on GitHub through the real gh: last, once, and never over another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from releasing.clients.github import releases as publication
from releasing.clients.github.releases import Publication
from releasing.errors import PreconditionError
from tests.support.releases import Origin, hosted

TAG = "v0.2.1-rc.0"


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Origin]:
    with hosted(tmp_path) as (origin, _github):
        origin.sh.run(origin.sh["git"]["-C", str(origin.bare), "tag", "-a", TAG, "v0.2-branch", "-m", TAG])
        yield origin


@pytest.fixture
def wanted(tmp_path: Path) -> Publication:
    notes, file = tmp_path / "notes.md", tmp_path / "release-manifest.json"
    notes.write_text('# Kubeflow 0.2.1\n\n- `$(HOME)` and "quotes" stay as they are (#1)\n')
    file.write_text('{"a": 1}\n')
    return Publication("kubeflow/kubeflow", TAG, f"Kubeflow {TAG}", notes, (file,), True)


def test_a_release_is_published_with_notes_and_file(origin: Origin, wanted: Publication) -> None:
    shell = origin.sh.shell
    url = publication.publish(shell, wanted)
    found = publication.find(shell, wanted.slug, TAG)
    assert found is not None
    assert (found.url, found.draft, found.prerelease) == (url, False, True)
    assert found.body == wanted.notes.read_text()
    assert [publication.content(shell, wanted.slug, asset) for asset in found.assets] == ['{"a": 1}']
    assert [*publication.problems(found, prerelease=True)] == []
    assert [*publication.problems(found, prerelease=False)] == ["its release on GitHub is a pre-release"]


def test_publishing_again_changes_nothing_and_keeps_what_a_person_wrote(
    origin: Origin, wanted: Publication
) -> None:
    shell = origin.sh.shell
    publication.publish(shell, wanted)
    before = publication.find(shell, wanted.slug, TAG)
    wanted.notes.write_text("other notes\n")
    publication.publish(shell, wanted)
    assert publication.find(shell, wanted.slug, TAG) == before


@pytest.mark.parametrize("uploaded", [None, "half a fi"])
def test_a_draft_that_a_killed_run_left_is_finished(
    uploaded: str | None, origin: Origin, wanted: Publication, tmp_path: Path
) -> None:
    shell = origin.sh.shell
    gh = shell["gh"]
    shell.run(gh["api", "-X", "POST", "repos/kubeflow/kubeflow/releases", "--silent", "-F", "draft=true",
                 "-F", "prerelease=true", "-f", f"tag_name={TAG}", "-F", f"body=@{wanted.notes}"])  # fmt: skip
    if uploaded:
        half = tmp_path / "half" / wanted.files[0].name
        half.parent.mkdir()
        half.write_text(uploaded)
        shell.run(gh["release", "upload", TAG, str(half), "--repo", wanted.slug])
    publication.publish(shell, wanted)
    releases = shell.read(gh["api", "repos/kubeflow/kubeflow/releases", "--jq", ".[].draft"])
    found = publication.find(shell, wanted.slug, TAG)
    assert releases == "false"
    assert found is not None
    assert [publication.content(shell, wanted.slug, asset) for asset in found.assets] == ['{"a": 1}']


def test_a_published_file_is_never_replaced(origin: Origin, wanted: Publication, tmp_path: Path) -> None:
    publication.publish(origin.sh.shell, wanted)
    other = tmp_path / "other" / wanted.files[0].name
    other.parent.mkdir()
    other.write_text('{"a": 2}\n')
    with pytest.raises(PreconditionError, match=r"published on GitHub with another release-manifest\.json"):
        publication.publish(origin.sh.shell, replace(wanted, files=(other,)))


def test_without_the_tag_nothing_is_published(origin: Origin, wanted: Publication) -> None:
    with pytest.raises(PreconditionError, match=r"has no tag v0\.2\.1-rc\.1"):
        publication.publish(origin.sh.shell, replace(wanted, tag="v0.2.1-rc.1"))
    assert publication.find(origin.sh.shell, wanted.slug, "v0.2.1-rc.1") is None


def test_a_draft_and_a_release_without_notes_are_problems() -> None:
    draft = publication.Published(1, True, True, "notes", "url", ())
    assert [*publication.problems(None, prerelease=True)] == ["GitHub has no release for this tag"]
    assert [*publication.problems(draft, prerelease=True)] == ["its release on GitHub is still a draft"]
    bare = replace(draft, draft=False, body=" \n")
    assert [*publication.problems(bare, prerelease=True)] == ["its release on GitHub has no notes"]
