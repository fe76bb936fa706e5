"""The world of these tests: a project whose release holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.verified_project import Project, sound


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The project, made anew."""
    return sound(tmp_path)
