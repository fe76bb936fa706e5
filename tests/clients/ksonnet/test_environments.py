"""Environments of a ksonnet app: what ks 0.9.2 wrote for the same commands, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.clients.ksonnet.app import App, find_app
from releasing.clients.ksonnet.environments import Destination, add_environment, set_environment
from releasing.clients.ksonnet.params import set_param
from releasing.clients.ksonnet.render import params_of, render
from releasing.errors import PreconditionError, UsageError
from tests.support.ksonnet_apps import APP, write_app

pytestmark = pytest.mark.interpreter

QA = Destination("https://192.0.2.9", "qa")
ADDED = """\
environments:
  qa:
    destination:
      namespace: qa
      server: https://192.0.2.9
    k8sVersion: v1.7.0
    path: qa
"""
MAIN = """\
local base = import "base.libsonnet";
local k = import "k.libsonnet";

base + {
  // Insert user-specified overrides here. For example if a component is named "nginx-deployment", \
you might have something like:
  //   "nginx-deployment"+: k.deployment.mixin.metadata.labels({foo: "bar"})
}
"""
PARAMS = """\
local params = import "../../components/params.libsonnet";
params + {
  components +: {
    // Insert component parameter overrides here. Ex:
    // guestbook +: {
    //   name: "guestbook-dev",
    //   replicas: params.global.replicas,
    // },
  },
}
"""
SET = """\
    // },
    workflows +: {
      versionTag: "12345e67",
    },
  },
}
"""


@pytest.fixture
def app(tmp_path: Path) -> App:
    return find_app(write_app(tmp_path))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_added_environment_is_an_entry_and_two_files(app: App) -> None:
    before = contents(app.folder)
    assert add_environment(app, "qa", QA)
    after = contents(app.folder)
    assert {name for name in after if after[name] != before.get(name)} == {
        "app.yaml",
        "environments/qa/main.jsonnet",
        "environments/qa/params.libsonnet",
    }
    assert after["app.yaml"].decode() == APP.replace("environments:\n", ADDED)
    assert after["environments/qa/main.jsonnet"].decode() == MAIN
    assert after["environments/qa/params.libsonnet"].decode() == PARAMS


def test_an_added_environment_takes_parameters_and_renders(app: App) -> None:
    add_environment(app, "qa", QA)
    app = find_app(app.folder)
    set_param(app, app.environment("qa"), "workflows", "versionTag", "12345e67")
    assert app.params_file(app.environment("qa")).read_text().endswith(SET)
    [workflow] = render(app, app.environment("qa"), "workflows")
    assert workflow["metadata"]["annotations"] == {"server": QA.server, "namespace": "qa"}


def test_an_environment_in_a_folder_finds_the_components(app: App) -> None:
    add_environment(app, "eu/qa", QA)
    app = find_app(app.folder)
    assert "workflows" in params_of(app, app.environment("eu/qa"))


def test_adding_what_is_there_changes_nothing(app: App) -> None:
    before = contents(app.folder)
    assert not add_environment(app, "staging", Destination("https://192.0.2.2", "staging"))
    assert contents(app.folder) == before


def test_another_destination_of_the_name_is_refused(app: App) -> None:
    before = contents(app.folder)
    with pytest.raises(PreconditionError) as caught:
        add_environment(app, "staging", QA)
    assert "staging is https://192.0.2.2 in staging, not https://192.0.2.9 in qa" in caught.value.message
    assert caught.value.hint == "ks env set staging --server=https://192.0.2.9 --namespace=qa"
    assert contents(app.folder) == before


def test_a_run_that_was_killed_before_app_yaml_is_taken_up(app: App) -> None:
    add_environment(app, "qa", QA)
    after = contents(app.folder)
    app.file.write_text(APP)
    assert add_environment(find_app(app.folder), "qa", QA)
    assert contents(app.folder) == after


def test_somebodys_own_files_are_not_overwritten(app: App) -> None:
    path = app.folder / "environments/qa/params.libsonnet"
    path.parent.mkdir()
    path.write_text("{}")
    with pytest.raises(PreconditionError, match=r"params\.libsonnet exists, but app\.yaml has no"):
        add_environment(app, "qa", QA)
    assert path.read_text() == "{}"
    assert app.file.read_text() == APP


@pytest.mark.parametrize("name", ["", "a b", "/a", "a/", "../a", "a:b", "a*", "a/../b"])
def test_a_name_that_ks_refuses_is_refused(app: App, name: str) -> None:
    with pytest.raises(UsageError, match="not a name that ks accepts"):
        add_environment(app, name, QA)


def test_a_new_address_changes_its_line_only(app: App) -> None:
    assert set_environment(app, "staging", server="https://192.0.2.7")
    assert app.file.read_text() == APP.replace("https://192.0.2.2", "https://192.0.2.7")
    assert not set_environment(find_app(app.folder), "staging", server="https://192.0.2.7")


def test_a_renamed_environment_moves_with_its_files(app: App) -> None:
    assert set_environment(app, "staging", rename="qa", namespace="qa")
    renamed = APP.replace("path: staging", "path: qa").replace("  staging:", "  qa:")
    assert app.file.read_text() == renamed.replace("namespace: staging", "namespace: qa")
    app = find_app(app.folder)
    assert app.params_file(app.environment("qa")).is_file()
    with pytest.raises(PreconditionError, match="an environment releasing already exists"):
        set_environment(app, "qa", rename="releasing")


def test_a_rename_that_was_killed_is_taken_up(app: App) -> None:
    (app.folder / "environments/staging").rename(app.folder / "environments/qa")
    assert set_environment(app, "staging", rename="qa")
    assert find_app(app.folder).environment("qa").path == "qa"
