"""Releases and their assets on the local GitHub, also by `gh release upload`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from releasing.rehearsal.github.git.git_program import git
from tests.support.bare_repository import head
from tests.support.local_github import LocalGitHub

RELEASES = "repos/kubeflow/kubeflow/releases"


def released(github: LocalGitHub, tag: str, *words: str) -> Any:
    return github.api(RELEASES, "-f", f"tag_name={tag}", *words)


def test_a_release_is_found_by_tag_and_in_the_list(github: LocalGitHub) -> None:
    made = released(github, "v0.2.0", "-f", "name=Kubeflow 0.2.0", "-f", "body=Notes")
    assert github.api(f"{RELEASES}/tags/v0.2.0") == made
    assert github.api(RELEASES) == [made]
    assert github.refused(f"{RELEASES}/tags/v0.1.0")[0] == 404


def test_a_second_release_for_a_tag_is_refused(github: LocalGitHub) -> None:
    released(github, "v0.2.0")
    status, body = github.refused(RELEASES, "-f", "tag_name=v0.2.0")
    assert (status, body["errors"]) == (
        422,
        [{"resource": "Release", "code": "already_exists", "field": "tag_name"}],
    )


def test_a_draft_has_no_tag_until_it_is_published(github: LocalGitHub) -> None:
    path = github.repository().path
    draft = released(github, "v0.3.0", "-F", "draft=true", "-f", "target_commitish=v0.2-branch")
    assert github.refused(f"{RELEASES}/tags/v0.3.0")[0] == 404
    assert [one["draft"] for one in github.api(RELEASES)] == [True]
    published = github.api("-X", "PATCH", f"{RELEASES}/{draft['id']}", "-F", "draft=false")
    assert (draft["published_at"], published["published_at"] is None) == (None, False)
    assert git(path, "rev-parse", "refs/tags/v0.3.0") == head(path, "v0.2-branch")
    assert github.api(f"{RELEASES}/{draft['id']}") == published


def test_a_release_does_not_move_a_tag_that_is_there(github: LocalGitHub) -> None:
    path = github.repository().path
    released(github, "v0.2.0", "-f", "target_commitish=master")
    assert git(path, "rev-parse", "refs/tags/v0.2.0") == head(path, "v0.2-branch")


def test_a_target_that_does_not_exist_is_refused(github: LocalGitHub) -> None:
    assert github.refused(RELEASES, "-f", "tag_name=v9", "-f", "target_commitish=nowhere")[0] == 422
    assert github.api(RELEASES) == []


def test_latest_is_neither_a_prerelease_nor_one_that_was_kept_from_it(github: LocalGitHub) -> None:
    assert github.refused(f"{RELEASES}/latest")[0] == 404
    released(github, "v0.2.0")
    released(github, "v0.3.0-rc.0", "-F", "prerelease=true")
    released(github, "v0.1.9", "-f", "make_latest=false")
    assert github.api(f"{RELEASES}/latest")["tag_name"] == "v0.2.0"


def test_gh_uploads_an_asset_to_a_release_and_to_a_draft(github: LocalGitHub, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("hello\n")
    released(github, "v0.2.0")
    draft = released(github, "v0.3.0", "-F", "draft=true")
    for tag in ("v0.2.0", "v0.3.0"):
        done = github.gh("release", "upload", tag, str(notes), "-R", "kubeflow/kubeflow")
        assert done.returncode == 0, done.stderr
    (asset,) = github.api(f"{RELEASES}/{draft['id']}/assets")
    assert (asset["name"], asset["digest"]) == (
        "notes.txt",
        f"sha256:{hashlib.sha256(b'hello' + bytes([10])).hexdigest()}",
    )
    again = github.gh("release", "upload", "v0.2.0", str(notes), "-R", "kubeflow/kubeflow")
    assert again.returncode == 1
    clobbered = github.gh("release", "upload", "v0.2.0", str(notes), "--clobber", "-R", "kubeflow/kubeflow")
    assert clobbered.returncode == 0, clobbered.stderr
    assert github.repository().asset_file(github.api(f"{RELEASES}/tags/v0.2.0")["assets"][0]["id"]).exists()


def test_an_asset_of_a_name_that_is_taken_is_refused(github: LocalGitHub, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("hello\n")
    upload = released(github, "v0.2.0")["upload_url"].partition("{")[0]
    words = ("--input", str(notes), "-H", "Content-Type: text/plain")
    assert (
        github.api(f"{upload}?name=release notes.txt".replace(" ", "%20"), *words)["name"]
        == "release.notes.txt"
    )
    assert github.refused(f"{upload}?name=release.notes.txt", *words)[0] == 422


def test_an_upload_to_the_other_host_is_not_found_and_a_violation(
    github: LocalGitHub, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("hello\n")
    made = released(github, "v0.2.0")
    assert (
        github.refused(f"{RELEASES}/{made['id']}/assets?name=n", "--input", str(notes), "-X", "POST")[0]
        == 404
    )
    github.expect("this goes to uploads.github.com")


def test_an_asset_is_read_back_as_it_was_uploaded_and_then_deleted(
    github: LocalGitHub, tmp_path: Path
) -> None:
    manifest = tmp_path / "release-manifest.json"
    manifest.write_bytes(b'{"images": []}\n')
    draft = released(github, "v0.3.0", "-F", "draft=true")
    upload = draft["upload_url"].partition("{")[0]
    asset = github.api(
        f"{upload}?name={manifest.name}", "--input", str(manifest), "-H", "Content-Type: a/json"
    )
    path = f"{RELEASES}/assets/{asset['id']}"
    assert github.api(path)["size"] == len(manifest.read_bytes())
    octets = ("-H", "Accept: application/octet-stream")
    assert github.gh("api", path, *octets).stdout == manifest.read_text()
    github.api("-X", "PATCH", f"{RELEASES}/{draft['id']}", "-F", "draft=false")
    done = github.gh("release", "download", "v0.3.0", "-R", "kubeflow/kubeflow", "-D", str(tmp_path / "down"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "down" / manifest.name).read_bytes() == manifest.read_bytes()
    github.api("-X", "DELETE", path)
    assert github.refused(path)[0] == 404
    assert github.api(f"{RELEASES}/tags/v0.3.0")["assets"] == []


def test_what_lies_in_storage_is_not_at_the_interface(github: LocalGitHub, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("hello\n")
    upload = released(github, "v0.2.0")["upload_url"].partition("{")[0]
    asset = github.api(f"{upload}?name=notes.txt", "--input", str(notes), "-H", "Content-Type: text/plain")
    assert github.refused(f"kubeflow/kubeflow/{asset['id']}")[0] == 404
    github.expect("GitHub describes no such operation")


def test_a_text_that_is_too_long_is_refused_as_github_does(github: LocalGitHub, tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("é" * 125_001)
    words = ("-f", "tag_name=v0.2.0", "-F", f"body=@{notes}")
    status, body = github.refused(RELEASES, *words)
    assert (status, body["errors"][0]["message"]) == (422, "body is too long (maximum is 125000 characters)")
    notes.write_text("é" * 125_000)
    assert github.api(RELEASES, *words)["body"].startswith("é")
    notes.write_text("x" * 65_537)
    issue = github.refused("repos/kubeflow/kubeflow/issues", "-f", "title=Long", "-F", f"body=@{notes}")
    assert issue[0] == 422
