"""release.verify as it is typed, on the sample project, whose releases this tool did not make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.whole_releases import invoke


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("verify") / "sandbox"


def verified(sandbox: Path, code: int, *words: str) -> tuple[str, str]:
    run = invoke(sandbox, "release.verify", *words)
    assert run.returncode == code, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    return run.stdout, run.stderr


def test_a_release_that_somebody_else_made_is_read_back(sandbox: Path) -> None:
    out, err = verified(sandbox, 5, "--version", "0.1.2")
    assert "✓ tag " in out
    assert "✗ candidate " in out
    assert "v0.1.2 had no candidate" in out
    assert "claims that do not hold: candidate, " in err
    assert not (sandbox / "releases").exists()


def test_a_release_that_nobody_made_does_not_hold(sandbox: Path) -> None:
    out, _ = verified(sandbox, 5, "--version", "0.2.1")
    assert "origin has no tag v0.2.1\n" in out


def test_programs_get_json_and_nothing_else(sandbox: Path) -> None:
    out, err = verified(sandbox, 5, "--version", "0.1.0-rc.1", "--json")
    read = json.loads(out)
    assert read["tag"] == "v0.1.0-rc.1"
    assert read["claims"][0] == {
        "name": "names",
        "holds": False,
        "found": "v0.1.rc1",
        "details": ["v0.1.rc1: tools do not read it; expected v0.1.0-rc.1"],
    }
    assert "# Rehearsal in" in err


@pytest.mark.parametrize("words", [("--version", "0.2"), (), ("--version", "0.2.1", "--candidate", "next")])
def test_what_is_not_a_release_is_refused(sandbox: Path, words: tuple[str, ...]) -> None:
    assert "hint: " in verified(sandbox, 2, *words)[1]
