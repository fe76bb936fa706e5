"""The world of the local GitHub's tests: one repository with a little history, in a bare clone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bare_repository import bare_project
from tests.support.local_github import LocalGitHub, local_github


@pytest.fixture
def github(tmp_path: Path) -> Iterator[LocalGitHub]:
    """A local GitHub with kubeflow/kubeflow, whose checks are settled at once."""
    bare_project(tmp_path / "github" / "kubeflow" / "kubeflow.git")
    with local_github(tmp_path / "github") as served:
        yield served
