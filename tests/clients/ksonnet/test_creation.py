"""The app that ks init makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasing.clients.ksonnet.app import find_app
from releasing.clients.ksonnet.creation import create
from releasing.clients.ksonnet.environments import Destination
from releasing.clients.ksonnet.packages.generate import generate
from releasing.clients.ksonnet.packages.prototype import find_prototype
from releasing.clients.ksonnet.render import render
from releasing.errors import PreconditionError, UsageError
from tests.support.ksonnet_apps import write_package

pytestmark = pytest.mark.interpreter

HERE = Destination("https://192.0.2.1", "kubeflow-releasing")
APP = """\
apiVersion: 0.1.0
environments:
  default:
    destination:
      namespace: kubeflow-releasing
      server: https://192.0.2.1
    k8sVersion: v1.7.0
    path: default
kind: ksonnet.io/app
name: boot
version: 0.0.1
"""


def test_an_app_is_made_that_a_component_can_be_added_to(tmp_path: Path) -> None:
    assert create(tmp_path / "boot", "boot", HERE)
    assert (tmp_path / "boot/app.yaml").read_text() == APP
    assert [path.name for path in tmp_path.iterdir()] == ["boot"]
    app = find_app(tmp_path / "boot")
    write_package(app.folder / "vendor/example/automation")
    generate(app, find_prototype(app, "release"), "boot", ["--image=boot", "--dockerfileDir=x"])
    app = find_app(app.folder)
    [workflow] = render(app, app.environment("default"), "boot")
    assert workflow["metadata"] == {"name": "boot", "namespace": "kubeflow-releasing"}


def test_the_same_app_again_is_already_there(tmp_path: Path) -> None:
    create(tmp_path / "boot", "boot", HERE)
    assert not create(tmp_path / "boot", "boot", HERE)


def test_another_folder_of_the_name_is_refused(tmp_path: Path) -> None:
    create(tmp_path / "boot", "boot", HERE)
    (tmp_path / "empty").mkdir()
    for name, destination in (("boot", Destination("https://192.0.2.2", "default")), ("empty", HERE)):
        with pytest.raises(PreconditionError, match=f"{name} exists, but is not the app {name} with"):
            create(tmp_path / name, name, destination)
    assert (tmp_path / "boot/app.yaml").read_text() == APP


def test_a_name_that_ks_refuses_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="app 'a b'"):
        create(tmp_path / "a b", "a b", HERE)
    assert list(tmp_path.iterdir()) == []
