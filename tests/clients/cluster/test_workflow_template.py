"""A workflow made of a template: with the template's spec in it, created once, and every slip told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from releasing.clients.cluster.workflow_template import pairs, read, workflow
from releasing.errors import ConfigError, UsageError
from tests.support.paths import ROOT
from tests.support.registries import rehearsal_registry
from tests.support.stand_ins import Sandbox

TEMPLATE = ROOT / "deploy" / "build-tfserving.yaml"
GIVEN = {
    "JOB_NAME": "tf-serving-release",
    "JOB_TYPE": "postsubmit",
    "PULL_BASE_SHA": "12345e67",
    "REPO_NAME": "kubeflow",
    "REPO_OWNER": "kubeflow",
    "BUILD_NUMBER": "0892",
    "versionTag": "v20180723-12345e67",
}
PLACE = ("--name", "one", "--namespace", "kubeflow-releasing")
SUBMIT = ("submit_workflow.py", str(TEMPLATE), *PLACE)


def options(**changed: str) -> list[str]:
    return [word for pair in {**GIVEN, **changed}.items() for word in ("-p", "=".join(pair))]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Sandbox]:
    with rehearsal_registry(tmp_path / "registry") as url:
        sandbox = Sandbox(tmp_path, url)
        sandbox.log_in()
        yield sandbox


def created(cluster: Sandbox) -> Any:
    get = ("kubectl", "-n", "kubeflow-releasing", "get", "workflow", "one", "-o", "json")
    return json.loads(cluster.output(*get))


def test_a_workflow_is_created_with_the_spec_in_it_and_builds_its_images(cluster: Sandbox) -> None:
    said = cluster.output(*SUBMIT, *options())
    assert said == "workflow one in kubeflow-releasing: created\n"
    spec = created(cluster)["spec"]
    assert "workflowTemplateRef" not in spec
    assert spec["templates"] == yaml.safe_load(TEMPLATE.read_text())["spec"]["templates"]
    for name in ("cpu", "gpu", "http-proxy"):
        tags = cluster.tags(f"gcr.io/kubeflow-images-public/tf-model-server-{name}")
        assert tags == [GIVEN["versionTag"]]


def test_what_looks_like_a_number_stays_a_text(cluster: Sandbox) -> None:
    cluster.output(*SUBMIT, *options())
    values = {each["name"]: each["value"] for each in created(cluster)["spec"]["arguments"]["parameters"]}
    assert GIVEN.items() <= values.items()


def test_a_workflow_that_is_there_is_left_as_it_is(cluster: Sandbox) -> None:
    cluster.output(*SUBMIT, *options())
    before = created(cluster)
    again = cluster.output(*SUBMIT, *options())
    since = before["metadata"]["creationTimestamp"]
    assert again == f"workflow one in kubeflow-releasing: already there, Succeeded, since {since}\n"
    refused = cluster.run(*SUBMIT, *options(versionTag="v20180724-12345e67"))
    assert refused.returncode == 4
    assert "already exists with another spec" in refused.stderr
    assert created(cluster) == before


def test_a_dry_run_creates_nothing(cluster: Sandbox) -> None:
    said = cluster.output(*SUBMIT, *options(), "--dry-run")
    assert said == "workflow one in kubeflow-releasing: would be created\n"
    assert cluster.run("kubectl", "get", "workflow", "one", "-o", "json").returncode == 1


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["-p", "versionTags=v1"], "the template has no parameter versionTags"),
        (["-p", "versionTag"], "'versionTag' is not NAME=VALUE"),
        (["-p", "versionTag=a", "-p", "versionTag=b"], "versionTag is given twice"),
        (["-p", "versionTag=a"], "parameters without a value: JOB_NAME, JOB_TYPE"),
    ],
)
def test_a_slip_in_a_parameter_is_told_before_anything_is_asked(
    words: list[str], problem: str, tmp_path: Path
) -> None:
    refused = Sandbox(tmp_path, "http://127.0.0.1:1").run(*SUBMIT, *words)
    assert refused.returncode == 2
    assert problem in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "not YAML"),
        ("", "found NoneType"),
        ("kind: Workflow\napiVersion: argoproj.io/v1alpha1", "found Workflow"),
        ("kind: WorkflowTemplate\napiVersion: v1", "expected one WorkflowTemplate of argoproj.io"),
        ("kind: WorkflowTemplate\napiVersion: argoproj.io/v1alpha1\nspec: {}", "no entrypoint"),
        ("kind: WorkflowTemplate\n---\nkind: WorkflowTemplate", "not YAML"),
    ],
)
def test_a_file_that_is_no_template_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=problem):
        read(path)


def test_a_file_that_is_not_there_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path / "none.yaml")
    assert "deploy.render --write" in raised.value.hint


def test_a_value_that_the_template_does_not_list_is_refused() -> None:
    release = read(ROOT / "deploy" / "release-rc.yaml")
    told = {"version": "0.2.1", "image": "release@sha256:1"}
    assert workflow(release, "one", "releasing", told | {"candidate": "1"})
    with pytest.raises(UsageError, match="parameter candidate is one of '', '0'"):
        workflow(release, "one", "releasing", told | {"candidate": "next"})
    with pytest.raises(UsageError, match="parameters without a value: image"):
        workflow(release, "one", "releasing", {"version": "0.2.1"})


def test_a_template_is_not_changed_by_what_is_made_of_it() -> None:
    template = read(TEMPLATE)
    before = json.dumps(template)
    workflow(template, "one", "releasing", GIVEN)
    assert json.dumps(template) == before


def test_a_parameter_may_have_an_equals_sign_in_its_value() -> None:
    assert pairs("-p", ["a=b=c", "b="], "") == {"a": "b=c", "b": ""}


def test_the_workflow_is_shown_without_a_cluster(tmp_path: Path) -> None:
    shown = Sandbox(tmp_path, "http://127.0.0.1:1").output(*SUBMIT, *options(), "--show")
    content = yaml.safe_load(shown)
    assert content["metadata"] == {"name": "one", "namespace": "kubeflow-releasing"}
    values = {each["name"]: each["value"] for each in content["spec"]["arguments"]["parameters"]}
    assert values["versionTag"] == GIVEN["versionTag"]
