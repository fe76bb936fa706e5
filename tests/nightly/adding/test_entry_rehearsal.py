"""What nightly.add rehearses before it proposes: a night on the checkout as it is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from releasing.errors import PreconditionError
from releasing.nightly.adding.entry_rehearsal import FOLDER, rehearse
from releasing.shell.programs import Shell
from tests.support.nightly_projects import repository

CONFIG = "releasing/prow_config_release.yaml"


def renamed(checkout: Path, before: str, after: str) -> None:
    """Give an entry another name, without a commit."""
    config = json.loads((checkout / CONFIG).read_text())
    for each in config["workflows"]:
        each["name"] = each["name"].replace(before, after)
    (checkout / CONFIG).write_text(json.dumps(config))


def state(checkout: Path) -> list[str]:
    commands = (["status", "--porcelain"], ["for-each-ref"], ["ls-files", "--stage"])
    return [
        subprocess.run(
            ["git", "-C", str(checkout), *words], check=True, capture_output=True, text=True
        ).stdout
        for words in commands
    ]


def test_a_night_is_run_on_what_is_not_committed_yet_and_leaves_the_checkout_as_it_is(tmp_path: Path) -> None:
    checkout = repository(tmp_path / "checkout", ["one", "other"])
    renamed(checkout, "one", "another-name")
    before = state(checkout)
    [image] = rehearse(Shell(), checkout, "master", ["another-name"])
    assert image.startswith("gcr.io/kubeflow-images-public/one@sha256:")
    assert state(checkout) == before
    assert not (checkout / ".git" / FOLDER).exists()


def test_an_entry_that_would_not_be_built_is_told_with_its_cause(tmp_path: Path) -> None:
    checkout = repository(tmp_path / "checkout", ["one"])
    component = checkout / "releasing" / "many" / "components" / "one.jsonnet"
    component.write_text(component.read_text().replace("params.versionTag", '"latest"'))
    with pytest.raises(PreconditionError) as raised:
        rehearse(Shell(), checkout, "master", ["one"])
    assert "the rehearsal of a night failed" in raised.value.message
    assert "gcr.io/kubeflow-images-public/one:latest" in raised.value.message


def test_an_entry_with_a_long_name_is_built_by_a_workflow_whose_name_fits(tmp_path: Path) -> None:
    name = "suggestion-bayesianoptimization-release"
    [image] = rehearse(Shell(), repository(tmp_path / "checkout", [name]), "master", [name])
    assert image.startswith(f"gcr.io/kubeflow-images-public/{name}@sha256:")


def test_a_night_that_cannot_begin_is_told(tmp_path: Path) -> None:
    checkout = repository(tmp_path / "checkout", ["one"])
    with pytest.raises(PreconditionError, match=r"--only: none \(no such entry\)"):
        rehearse(Shell(), checkout, "master", ["none"])
