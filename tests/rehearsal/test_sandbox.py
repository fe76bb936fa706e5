"""Whose folder a sandbox is: nothing that somebody else put there is ever deleted."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from releasing.config import config_file
from releasing.errors import PreconditionError
from releasing.rehearsal import sandbox
from releasing.rehearsal.folders import OWNED
from releasing.rehearsal.github.state import ServerSettings
from tests.support.paths import ROOT

CONFIG = config_file.load(ROOT / "release.yaml")


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize(
    "files",
    [
        {"github.json": "{}"},
        {"github.json": "{}", "sandbox.json": "{}"},
        {"sandbox.json": '{"source": "x"}', "github.json": '{"token": "x"}'},
        {"lock": "", "thesis.tex": "years of work"},
        {"port": "80", "releases": ""},
    ],
    ids=" ".join,
)
def test_a_folder_of_somebody_is_neither_used_nor_emptied(
    folder: Path, files: dict[str, str], fresh: bool
) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    with (
        pytest.raises(PreconditionError, match="has files that are not of a sandbox"),
        sandbox.opened(folder, CONFIG, fresh=fresh),
    ):
        pass
    assert contents(folder) == files


def test_a_file_is_no_sandbox(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(PreconditionError, match="not of a sandbox"),
        sandbox.opened(tmp_path / "file", CONFIG),
    ):
        pass
    assert (tmp_path / "file").read_text() == "mine"


def test_starting_over_keeps_the_proof_and_nothing_else(folder: Path) -> None:
    with sandbox.opened(folder, CONFIG):
        pass
    (folder / "left.txt").write_text("from a run")
    with sandbox.opened(folder, CONFIG, fresh=True):
        assert (folder / OWNED).is_file()
        assert not (folder / "left.txt").exists()


def test_a_sandbox_of_an_earlier_version_is_used_and_emptied_only_once_it_has_the_proof(folder: Path) -> None:
    (folder / "github").mkdir()
    (folder / "sandbox.json").write_text(json.dumps({"source": sandbox.SAMPLE}))
    (folder / "github.json").write_text(json.dumps(asdict(ServerSettings("ada"))))
    with (
        pytest.raises(PreconditionError, match="not of a sandbox"),
        sandbox.opened(folder, CONFIG, fresh=True),
    ):
        pass
    assert {*contents(folder)} == {"sandbox.json", "github.json"}
    with sandbox.opened(folder, CONFIG):
        assert (folder / OWNED).is_file()
