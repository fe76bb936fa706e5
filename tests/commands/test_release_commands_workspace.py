"""Where a run acts, whichever profile it has: its programs use the same release.yaml as itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from releasing.commands.release_commands import Console, load
from releasing.commands.summary import exports
from releasing.config.registry_settings import settings
from releasing.config.release_yaml import Config
from tests.support.release_yaml import release_yaml

OPTIONS: dict[str, Any] = {"sandbox": "", "source": "", "fresh": False}


@contextmanager
def sandbox(folder: Path, config: Config, source: str, fresh: bool) -> Iterator[tuple[dict[str, str], int]]:
    yield {"PATH": "/usr/bin"}, 0


@pytest.mark.parametrize("profile", ["rehearsal", "real"])
def test_programs_and_a_pasted_plan_use_the_release_yaml_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    path = Path(release_yaml(tmp_path, "floating-tags: [edge]\n")["RELEASE_CONFIG"])
    real = f"real: {{production: true, state: {tmp_path}/state}}"
    path.write_text(path.read_text().replace("profiles: {", f"profiles: {{{real}, "))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELEASE_CONFIG", "release.yaml")
    shown: list[str] = []
    with Console(shown.append, sandbox).workspace(load(), OPTIONS | {"profile": profile}) as workspace:
        assert workspace.environment["RELEASE_CONFIG"] == str(path)
        assert settings(workspace.environment).floating_tags == ("edge",)
        assert f"export RELEASE_CONFIG={path}" in list(exports(workspace.environment))
