"""Waits: what ends one at once, asked through the real gh."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.errors import CommandError
from releasing.shell.programs import Shell
from releasing.shell.waiting import wait
from tests.support.local_github import GH


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": "true"}])
def test_nobody_waits_for_github_without_a_login(tmp_path: Path, variables: dict[str, str]) -> None:
    places = {"HOME": str(tmp_path), "GH_CONFIG_DIR": str(tmp_path), "PATH": str(GH.parent)}
    sh = Shell({**places, "GH_TELEMETRY": "0", "GH_NO_UPDATE_NOTIFIER": "1", **variables})
    with pytest.raises(CommandError) as refused:
        wait("a login", lambda: sh.read(sh["gh"]["api", "user"]), timeout=1)
    assert refused.value.status == 4


def test_a_look_that_fails_is_tried_again() -> None:
    answers: list[CommandError | str] = [CommandError("gh failed", said=["HTTP 502"], status=1), ""]

    def look() -> str:
        found = answers.pop(0)
        if isinstance(found, CommandError):
            raise found
        return found

    assert wait("an answer", look, timeout=10) < 10
