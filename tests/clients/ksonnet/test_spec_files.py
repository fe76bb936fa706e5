"""Apps of ks 0.8 and earlier, whose environments are files of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from releasing.clients.ksonnet.app import App, find_app
from releasing.clients.ksonnet.environments import Destination, add_environment, set_environment
from releasing.clients.ksonnet.params import set_param
from releasing.clients.ksonnet.render import params_of, render
from releasing.errors import ConfigError, PreconditionError
from tests.support.ksonnet_apps import write_app

SERVER = "https://192.0.2.10"
QA = Destination("https://192.0.2.9", "qa")


@pytest.fixture
def app(tmp_path: Path) -> App:
    """The small app, as ks 0.8 would have made it."""
    folder = write_app(tmp_path / "app")
    for each in find_app(folder).environments:
        spec = folder / "environments" / each.path / "spec.json"
        spec.write_text(json.dumps({"server": each.server, "namespace": each.namespace}))
    (folder / "app.yaml").write_text("apiVersion: 0.0.1\nkind: ksonnet.io/app\nname: app\nversion: 0.0.1\n")
    return find_app(folder)


def test_environments_are_read_from_their_files_and_render_as_ever(app: App, tmp_path: Path) -> None:
    later = find_app(write_app(tmp_path / "later"))
    assert [vars(each) | {"version": ""} for each in app.environments] == [
        vars(each) | {"version": ""} for each in sorted(later.environments, key=lambda each: each.name)
    ]
    here, there = (render(each, each.environment("releasing"), "workflows") for each in (app, later))
    assert here == there


def test_a_parameter_of_an_environment_is_set_as_ever(app: App) -> None:
    releasing = app.environment("releasing")
    assert set_param(app, releasing, "workflows", "versionTag", "v2")
    assert params_of(app, releasing, "workflows")["workflows"]["versionTag"] == "v2"


def test_an_environment_is_added_changed_and_renamed_without_touching_app_yaml(app: App) -> None:
    before = app.file.read_bytes()
    assert add_environment(app, "qa", QA)
    added = find_app(app.folder)
    assert (added.environment("qa").server, added.environment("qa").namespace) == (QA.server, "qa")
    assert not add_environment(added, "qa", QA)
    with pytest.raises(PreconditionError, match="environment qa is"):
        add_environment(added, "qa", Destination(SERVER, "qa"))
    assert set_environment(added, "qa", namespace="other")
    assert set_environment(find_app(app.folder), "qa", rename="qb")
    assert find_app(app.folder).environment("qb").namespace == "other"
    assert app.file.read_bytes() == before


@pytest.mark.parametrize("text", ["{", "[]", '{"namespace": "x"}', '{"server": 1}', "[" * 100_000])
def test_a_damaged_file_is_told_with_its_path(app: App, text: str) -> None:
    (app.folder / "environments" / "releasing" / "spec.json").write_text(text)
    with pytest.raises(ConfigError, match=r"environments/releasing/spec\.json"):
        find_app(app.folder)


def test_an_app_that_lists_its_environments_is_read_as_it_says(app: App) -> None:
    shutil.rmtree(app.folder / "environments")
    assert find_app(app.folder).environments == ()
