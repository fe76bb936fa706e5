"""On which branches the local GitHub reports postsubmits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.bare_repository import bare_project, commit
from tests.support.local_github import SETTINGS, local_github

REPO = "repos/kubeflow/kubeflow"


def test_postsubmits_report_on_release_branches_as_the_project_names_them(tmp_path: Path) -> None:
    bare = bare_project(tmp_path / "kubeflow" / "kubeflow.git")
    names = ["release/0.9", "release/next", "v0.9-branch", "release/0.9.1"]
    made = {name: commit(bare, name, f"{place}.txt", "x", start="master") for place, name in enumerate(names)}
    with local_github(tmp_path, replace(SETTINGS, release_branch="release/{major}.{minor}")) as github:
        found = {name: github.api(f"{REPO}/commits/{made[name]}/status")["statuses"] for name in names}
    assert [name for name in names if found[name]] == ["release/0.9"]
