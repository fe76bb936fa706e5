"""Rendering an app without ks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from releasing.clients.ksonnet.app import App, find_app
from releasing.clients.ksonnet.params import set_param
from releasing.clients.ksonnet.render import params_of, render
from releasing.clients.ksonnet.rendered_text import as_text
from releasing.errors import ConfigError, UsageError
from tests.support.ksonnet_apps import write_app
from tests.support.paths import DATA

pytestmark = pytest.mark.interpreter


@pytest.fixture
def app(tmp_path: Path) -> App:
    return find_app(write_app(tmp_path))


def test_a_component_gets_its_parameters_and_the_destination(app: App) -> None:
    [workflow] = render(app, app.environment("releasing"), "workflows")
    annotations = {"server": "https://192.0.2.1", "namespace": "kubeflow-releasing"}
    assert workflow["metadata"] == {
        "name": "first",
        "namespace": "kubeflow-releasing",
        "annotations": annotations,
    }
    command = workflow["spec"]["templates"][2]["container"]["command"][2]
    assert command.endswith("gcr.io/kubeflow-images-public/model-cpu v20180326-b0c432b9 true")


def test_an_environment_without_overrides_has_the_components_values(app: App) -> None:
    assert params_of(app, app.environment("staging"), "second-one") == {"second-one": {"name": "second"}}
    [workflow] = render(app, app.environment("staging"), "workflows")
    assert workflow["metadata"]["name"] == "unset"


def test_the_apps_own_library_is_used_for_what_the_stub_cannot_do(app: App) -> None:
    library = app.folder / "lib" / "v1.7.0" / "k.libsonnet"
    library.parent.mkdir(parents=True)
    library.write_text('{ core: { v1: { configMap: { new(name): { apiVersion: "v1", kind: name } } } } }')
    source = '(import "k.libsonnet").core.v1.configMap.new("ConfigMap")'
    app.component("second-one").write_text(source)
    [rendered] = render(app, app.environment("releasing"), "second-one")
    assert rendered == {"apiVersion": "v1", "kind": "ConfigMap"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{\n  a: 1,,\n}", r"second-one\.jsonnet:2: Unexpected"),
        ('{\n  a: error "no luck"\n}', r"second-one\.jsonnet:2: no luck"),
        (
            "local p = std.extVar('__ksonnet/params');\np.nothing",
            r"second-one\.jsonnet:2: Field does not exist",
        ),
        ('import "gone.libsonnet"', r"second-one\.jsonnet:1: .*gone\.libsonnet"),
        ("1", r"evaluates to 1, not to Kubernetes objects"),
    ],
)
def test_a_failure_names_file_and_line(app: App, source: str, message: str) -> None:
    app.component("second-one").write_text(source)
    with pytest.raises(ConfigError, match=message) as caught:
        render(app, app.environment("releasing"), "second-one")
    assert "\n" not in caught.value.message


def test_an_unknown_component_is_refused(app: App) -> None:
    with pytest.raises(UsageError, match="no component 'workflow'"):
        render(app, app.environment("releasing"), "workflow")


@pytest.mark.parametrize(
    ("name", "job"), [("tf-serving", "tf-serving-release"), ("notebook", "tensorflow-notebook-image-release")]
)
def test_kubeflows_own_apps_render_to_what_ks_made_of_them(tmp_path: Path, name: str, job: str) -> None:
    folder = tmp_path / name
    shutil.copytree(DATA / "kubeflow-apps" / name, folder)
    app = find_app(folder)
    tag, environment = "v20180723-01234567", app.environment("releasing")
    order = (f"JOB_NAME={job}", "JOB_TYPE=postsubmit", "PULL_BASE_SHA=01234567")
    prow_env = ",".join((*order, "REPO_NAME=kubeflow", "REPO_OWNER=kubeflow", "BUILD_NUMBER=ab12"))
    parameters = {"name": f"tester-{job}-{tag}", "prow_env": prow_env, "versionTag": tag}
    for parameter, value in {"namespace": "kubeflow-releasing", **parameters}.items():
        set_param(app, environment, "workflows", parameter, value)
    expected = json.loads((DATA / "ks-rendered" / f"{name}-release.list.json").read_text())
    assert render(app, environment, "workflows") == expected["items"]


def hostile(app: App, source: str) -> str:
    """What is said about a component that reads what it should not."""
    (app.folder.parent / "key.json").write_text(
        '{"apiVersion": "v1", "kind": "Secret", "private_key": "s3cret"}'
    )
    app.component("second-one").write_text(source)
    with pytest.raises(ConfigError) as caught:
        render(app, app.environment("releasing"), "second-one")
    assert "s3cret" not in str(caught.value)
    return caught.value.message


OBJECT = '{ apiVersion: "v1", kind: "ConfigMap", data: %s }'


@pytest.mark.parametrize(
    "source",
    [
        OBJECT % 'importstr "/proc/self/environ"',
        OBJECT % 'import "../../key.json"',
        OBJECT % "importstr '../../key.json'",
        OBJECT % 'importstr "linked"',
        OBJECT % 'importstr "folder/key.json"',
        OBJECT % '{ [if (importstr "/etc/hostname") == "" then "a"]: 1 }',
        'import "../../key.json"',
    ],
)
def test_a_component_reads_nothing_outside_of_its_checkout(tmp_path: Path, source: str) -> None:
    app = find_app(write_app(tmp_path / "checkout"))
    (app.folder / "components" / "linked").symlink_to("../../key.json")
    (app.folder / "components" / "folder").symlink_to("../..", target_is_directory=True)
    assert "may not be imported" in hostile(app, source)


@pytest.mark.parametrize(
    "name",
    [
        "components/second-one.jsonnet",
        "components/params.libsonnet",
        "environments/releasing/main.jsonnet",
        "environments/base.libsonnet",
    ],
)
def test_a_file_of_an_app_that_is_a_link_out_of_it_is_not_evaluated(tmp_path: Path, name: str) -> None:
    app = find_app(write_app(tmp_path / "checkout"))
    key = tmp_path / "key.json"
    key.write_text('{"apiVersion": "v1", "kind": "Secret", "private_key": "s3cret", "components": {}}')
    (app.folder / name).unlink()
    (app.folder / name).symlink_to(key)
    with pytest.raises(ConfigError, match="outside of the checkout") as caught:
        render(app, app.environment("releasing"), "second-one")
    assert "s3cret" not in str(caught.value)


def test_an_environment_whose_path_leads_out_of_the_checkout_is_refused(tmp_path: Path) -> None:
    folder = write_app(tmp_path / "checkout")
    shutil.move(folder / "environments" / "releasing", tmp_path / "elsewhere")
    text = (folder / "app.yaml").read_text().replace("path: releasing", "path: ../../elsewhere")
    (folder / "app.yaml").write_text(text)
    app = find_app(folder)
    with pytest.raises(ConfigError, match="outside of the checkout"):
        render(app, app.environment("releasing"), "second-one")


def test_an_app_imports_from_the_rest_of_its_checkout(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "shared.libsonnet").write_text('{ apiVersion: "v1", kind: "ConfigMap" }')
    app = find_app(write_app(tmp_path / "releasing" / "app"))
    app.component("second-one").write_text('import "../../../shared.libsonnet"')
    assert render(app, app.environment("releasing"), "second-one") == [
        {"apiVersion": "v1", "kind": "ConfigMap"}
    ]


def test_yaml_has_one_document_for_each_object(app: App) -> None:
    objects = render(app, app.environment("releasing"), "workflows")
    assert list(yaml.safe_load_all(as_text(objects * 2, "yaml"))) == objects * 2
