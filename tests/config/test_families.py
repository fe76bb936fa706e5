"""Operators and builds of release.yaml: a step for each, and an option for each operator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from releasing.commands import configured_names
from releasing.commands.release_commands import load
from releasing.config import config_file
from releasing.config.families import Listed, ListedConfig, listed
from releasing.errors import ConfigError
from releasing.recipes import RC, RECIPES
from tests.support.paths import ROOT
from tests.support.releases import release_at

PROJECT = yaml.load((ROOT / "release.yaml").read_text(), Loader=yaml.BaseLoader)
KATIB = {"repository": "kubeflow/katib", "image": "katib/vizier-core"}
API = {
    "images": {"pattern": "api", "names": ["api"]},
    "workflow": {"app": "api/app", "environment": "e", "component": "c", "job-name": "api"},
    "argo": {"worker": "worker", "builds": {"api": {"folder": "api"}}},
}


def written(folder: Path, **sections: Any) -> Path:
    """Kubeflow's release.yaml with other sections; those that are None are left out."""
    path = folder / "release.yaml"
    path.write_text(
        json.dumps({key: value for key, value in (PROJECT | sections).items() if value is not None})
    )
    return path


def test_an_operator_and_a_build_of_another_name_are_a_step_each(tmp_path: Path) -> None:
    path = written(tmp_path, operators={"katib": KATIB}, builds={"web-api": API | {"title": "API images"}})
    steps = {step.name: step for step in RC.of(release_at(tmp_path, config_file.load(path)))}
    assert steps["update-katib"].title == "Point every reference to the katib operator at its release."
    assert steps["update-katib"].options == ("katib",)
    assert steps["build-web-api"].title == "Build and push the API images."
    assert {"update-katib", "build-web-api"} <= {*steps["update-prototypes"].needs}
    assert not {"update-tfjob", "build-jupyter"} & {*steps}


def test_each_operator_and_build_has_a_section_of_the_runbook(tmp_path: Path) -> None:
    path = written(tmp_path, operators={"katib": KATIB}, builds={"web-api": API | {"title": "API images"}})
    headings = [section.heading for section in RC.of(release_at(tmp_path, config_file.load(path))).sections]
    assert headings[2:4] == ["Update katib", "Build the API images"]


def test_a_build_without_a_spawner_proposes_nothing(tmp_path: Path) -> None:
    release = release_at(tmp_path, config_file.load(written(tmp_path, builds={"api": API})))
    assert not [each for each in RC.of(release).proposals if each(release, "").step == "build-api"]


def test_builds_at_the_top_level_are_read_as_before_there_was_a_section_for_them(tmp_path: Path) -> None:
    builds = PROJECT["builds"]
    whole = config_file.load(written(tmp_path))
    path = written(tmp_path, builds=None, **builds)
    assert config_file.load(path) == whole
    assert [*listed(path).builds] == ["tfserving", "jupyter"]
    one = written(tmp_path, builds={"jupyter": builds["jupyter"]}, tfserving=builds["tfserving"])
    assert [*config_file.load(one).builds] == [*listed(one).builds] == ["tfserving", "jupyter"]


def test_what_is_wrong_with_a_build_is_told_as_it_is_written(tmp_path: Path) -> None:
    path = written(tmp_path, builds={"api": API | {"imges": 1}})
    with pytest.raises(ConfigError, match=r"builds\.api\.imges: unknown key; did you mean 'images'"):
        config_file.load(path)
    path = written(tmp_path, builds=None, jupyter=API | {"imges": 1})
    with pytest.raises(ConfigError, match=r"1: jupyter\.imges: unknown key"):
        config_file.load(path)


def test_a_build_that_is_written_in_both_places_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="jupyter is written at the top level and in 'builds:'"):
        config_file.load(written(tmp_path, jupyter=PROJECT["builds"]["jupyter"]))


@pytest.mark.parametrize("name", ["TFJob", "a_b", "-a", "a-", "1a", "a b", ""])
def test_a_name_that_makes_no_step_is_refused_and_not_listed(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, operators={name: KATIB})
    with pytest.raises(ConfigError, match="String should match pattern"):
        config_file.load(path)
    assert listed(path).operators == {}


def test_an_operator_that_is_called_as_an_option_is_refused_and_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELEASE_CONFIG", str(written(tmp_path, operators={"allow-move": KATIB})))
    assert configured_names.known(os.environ).operators == {}
    with pytest.raises(ConfigError, match=r"operators\.allow-move: --allow-move is an option already"):
        load()


def test_a_name_that_another_step_has_leaves_the_commands_as_they_are(tmp_path: Path) -> None:
    path = written(tmp_path, operators={"prototypes": KATIB})
    first, *_ = configured_names.named(RECIPES, listed(path))
    assert "update-prototypes" in {step.name for step in first}
    with pytest.raises(ConfigError, match="two steps have the same name: update-prototypes"):
        RC.of(release_at(tmp_path, config_file.load(path)))


@pytest.mark.parametrize("text", ["", "[", "operators", "operators: [a]", "operators:\n", "a: \xff"])
def test_what_cannot_be_read_lists_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "release.yaml"
    assert listed(path) == ListedConfig()
    path.write_bytes(text.encode("latin-1"))
    assert listed(path) == ListedConfig()


def test_titles_are_listed_as_they_are_written() -> None:
    found = listed(ROOT / "release.yaml")
    assert found.operators == {"tfjob": Listed("TFJob"), "pytorchjob": Listed("PyTorchJob")}
    assert [*found.builds] == ["tfserving", "jupyter"]
    assert found.builds["jupyter"].spawner == "kubeflow/core/kubeform_spawner.py"


def typed(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    code = "import tasks; tasks.main()"
    environment = os.environ | {"RELEASE_CONFIG": str(path)}
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_the_command_line_has_the_operators_and_builds_of_the_release_yaml_in_use(tmp_path: Path) -> None:
    path = written(tmp_path, operators={"my-op": KATIB | {"title": "MyOp"}}, builds={"api": API})
    assert "update-my-op" in typed(path, "--list").stdout
    told = typed(path, "--help", "update-my-op").stdout
    assert "--my-op=STRING" in told
    assert "release of the MyOp operator" in told
    assert "--my-op=STRING" in typed(path, "--help", "release.plan").stdout
    gone = typed(path, "update-tfjob")
    assert (gone.returncode, "No idea what 'update-tfjob' is!" in gone.stderr) == (2, True)


def test_a_step_is_not_unknown_because_release_yaml_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "release.yaml"
    path.write_text("operators: {tfjob: {")
    ended = typed(path, "update-tfjob", "--version", "0.2.1")
    assert "release.yaml:1: not YAML" in ended.stderr
    assert ended.returncode == ConfigError.code
