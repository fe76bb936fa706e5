"""Projects that have only some of what Kubeflow has: their recipes are without those steps, and still run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.whole_releases import completed, git, invoke

PLAIN = """\
project: Mini
repository: acme/mini
default-branch: main
registry: ghcr.io/acme
announcement: {to: dev@acme.example, from: team@acme.example}
profiles: {rehearsal: {sandbox: .rehearsal}}
"""
OPERATOR = PLAIN + "operators: {tfjob: {repository: acme/operator, release: v2.0.0, image: operator}}\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    repository = tmp_path / "a project"
    subprocess.run(["git", "init", "-q", "-b", "main", str(repository)], check=True)
    (repository / "deploy.yaml").write_text("image: ghcr.io/acme/operator:v1.0.0\n")
    git(repository, "add", ".")
    git(repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "Begin (#7)")
    return repository


def release(tmp_path: Path, source: Path, config: str) -> str:
    (tmp_path / "release.yaml").write_text(config)
    variables = {"RELEASE_CONFIG": str(tmp_path / "release.yaml")}
    sandbox = tmp_path / "sandbox"
    said = completed(sandbox, "release.rc", "--version", "1.0.0", "--source", str(source), **variables)
    status = completed(sandbox, "release.status", "--version", "1.0.0", **variables)
    assert "complete" in status.splitlines()
    completed(sandbox, "release.verify", "--version", "1.0.0", **variables)
    return said


def test_a_project_without_images_is_branch_checks_notes_tag_and_vote(tmp_path: Path, source: Path) -> None:
    said = release(tmp_path, source, PLAIN)
    names = dict.fromkeys(line.split()[0] for line in said.splitlines() if "✓" in line or " = " in line)
    assert list(names) == [
        "preflight",
        "check-files",
        "cut-branch",
        "wait-for-postsubmit",
        "check-release-notes",
        "tag-candidate",
        "publish-candidate",
        "announce-vote",
    ]
    assert "(#7, a)" in (tmp_path / "sandbox" / "notes" / "v1.0.0.md").read_text()


def test_a_project_with_an_operator_only_bumps_it_on_both_branches(tmp_path: Path, source: Path) -> None:
    release(tmp_path, source, OPERATOR)
    repository = tmp_path / "sandbox" / "github" / "acme" / "mini.git"
    for branch in ("main", "v1.0-branch"):
        assert git(repository, "show", f"{branch}:deploy.yaml") == "image: ghcr.io/acme/operator:v2.0.0"


def test_a_recipe_with_nothing_to_do_says_so(tmp_path: Path, source: Path) -> None:
    release(tmp_path, source, PLAIN)
    variables = {"RELEASE_CONFIG": str(tmp_path / "release.yaml")}
    run = invoke(tmp_path / "sandbox", "release.master", "--version", "1.0.0", **variables)
    assert run.returncode == 3
    assert "release.master has no step for Mini" in run.stderr


def test_the_operators_source_has_to_be_committed(tmp_path: Path, source: Path) -> None:
    (source / "deploy.yaml").write_text("image: changed\n")
    run = invoke(tmp_path / "sandbox", "release.rc", "--version", "1.0.0", "--source", str(source))
    assert run.returncode == 4
    assert "changes that are not committed" in run.stderr
    assert "deploy.yaml" in run.stderr
