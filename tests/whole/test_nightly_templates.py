"""Nights of entries that are Argo WorkflowTemplates, and of new workflows with `engine: argo`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from releasing.errors import ConfigError, PreconditionError, UsageError
from releasing.nightly.release_config import Entry, parse
from releasing.nightly.resolution import resolve
from tests.support.nightly_projects import repository
from tests.support.paths import ROOT
from tests.support.whole_releases import completed, invoke

CONFIG = "releasing/prow_config_release.yaml"
IMAGE = "gcr.io/kubeflow-images-public/templated"
TAG = "v20180711-380a9822"
TEMPLATE = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "WorkflowTemplate",
    "metadata": {"name": "templated"},
    "spec": {
        "entrypoint": "build",
        "arguments": {
            "parameters": [
                {"name": "versionTag"},
                {"name": "PULL_BASE_SHA"},
                {"name": "prow_env"},
                {"name": "colour", "value": "red"},
            ]
        },
        "templates": [
            {
                "name": "build",
                "container": {
                    "image": "worker",
                    "command": [
                        "/src/kubeflow/kubeflow/app/build_image.sh",
                        "Dockerfile",
                        IMAGE,
                        "{{workflow.parameters.versionTag}}",
                    ],
                },
            }
        ],
    },
}


def entry(**params: str) -> Entry:
    return Entry("templated", "kubeflow/kubeflow/releasing/templated", "templated", params)


def source(folder: Path, *entries: Entry, template: str = json.dumps(TEMPLATE)) -> Path:
    """A repository with one ksonnet app's entry and `entries`, whose template is in its file."""
    repository(folder, ["of-an-app"])
    listed = json.loads((folder / CONFIG).read_text())
    for each in entries:
        rest = {"params": each.params} if each.params else {}
        listed["workflows"].append(
            {"name": each.name, "app_dir": each.app_dir, "component": each.component, **rest}
        )
        (folder / each.template).parent.mkdir(parents=True, exist_ok=True)
        (folder / each.template).write_text(template)
    (folder / CONFIG).write_text(json.dumps(listed))
    script = folder / "app" / "build_image.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    git = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["add", "."], ["commit", "--quiet", "-m", "A template"]):
        subprocess.run([*git, *words], check=True)
    return folder


def workflow_of(name: str, sandbox: Path) -> Any:
    [file] = (sandbox / "cluster" / "workflows").glob(f"image-release-{name}-*.json")
    return json.loads(file.read_text())["object"]


def test_a_night_builds_apps_and_templates_side_by_side(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox"
    place = ("--source", str(source(tmp_path / "source", entry(colour="blue"))))
    planned = completed(sandbox, "nightly.plan", *place)
    assert (planned.count("submit_workflow.py"), planned.count(" ks apply ")) == (2, 1)
    night = json.loads(completed(sandbox, "nightly.run", "--json"))
    assert {each["name"]: each["state"] for each in night["entries"]} == {
        "of-an-app": "built",
        "templated": "built",
    }
    content = workflow_of("templated", sandbox)
    given = {each["name"]: each["value"] for each in content["spec"]["arguments"]["parameters"]}
    assert given["versionTag"] == night["tag"]
    assert (given["colour"], given["PULL_BASE_SHA"]) == ("blue", night["commit"][:8])
    assert f"PULL_BASE_SHA={night['commit'][:8]}," in given["prow_env"]
    assert content["metadata"]["labels"]["release-tool/step"] == "templated"
    assert "submit_workflow.py" not in completed(sandbox, "nightly.run", "--date", night["date"])
    assert workflow_of("templated", sandbox) == content


@pytest.mark.parametrize(
    ("template", "params", "said"),
    [
        ("kind: Workflow\n", {}, "found Workflow, expected one WorkflowTemplate"),
        (json.dumps(TEMPLATE), {"color": "blue"}, "the template has no parameter color"),
        (json.dumps(TEMPLATE).replace("{{workflow.parameters.versionTag}}", "latest"), {}, "not pushed as v"),
    ],
)
def test_a_template_that_is_not_right_fails_alone_and_submits_nothing(
    tmp_path: Path, template: str, params: dict[str, str], said: str
) -> None:
    sandbox = tmp_path / "sandbox"
    place = source(tmp_path / "source", entry(**params), template=template)
    run = invoke(sandbox, "nightly.run", "--source", str(place))
    assert run.returncode == 5, run.stdout + run.stderr
    assert said in run.stdout
    assert "1 of 2 entries are not built: templated" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert "get workflow image-release-templated-" not in run.stdout
    assert [path.name for path in (sandbox / "cluster" / "workflows").glob("image-release-templated-*")] == []


def test_an_entry_of_a_template_resolves_to_its_images_and_contexts(tmp_path: Path) -> None:
    checkout = source(tmp_path / "source", entry())
    found = resolve(entry(namespace="elsewhere"), checkout, "kubeflow/kubeflow", TAG)
    assert [str(image) for image in found.images] == [f"{IMAGE}:{TAG}"]
    assert found.contexts == ("kubeflow/kubeflow/app",)
    with pytest.raises(UsageError, match="no parameter color"):
        resolve(entry(color="blue"), checkout, "kubeflow/kubeflow", TAG)
    (checkout / entry().template).write_text("kind: Workflow\n")
    with pytest.raises(ConfigError, match=r"releasing/templated/templated\.yaml: found Workflow"):
        resolve(entry(), checkout, "kubeflow/kubeflow", TAG)
    (checkout / entry().template).unlink()
    with pytest.raises(
        PreconditionError, match=r"neither a ksonnet app \(app\.yaml\) nor a WorkflowTemplate"
    ):
        resolve(entry(), checkout, "kubeflow/kubeflow", TAG)


def test_a_new_workflow_is_rehearsed_and_proposed_and_the_next_night_builds_it(tmp_path: Path) -> None:
    written = tmp_path / "release.yaml"
    written.write_text(f"engine: argo\n{(ROOT / 'release.yaml').read_text()}")
    add = ("nightly.add", "new", "--image", "new,newer", "--dockerfile-dir")
    folders = "kubeflow/kubeflow/bootstrap,kubeflow/kubeflow/components/k8s-model-server/http-proxy"
    sandbox, config = tmp_path / "sandbox", {"RELEASE_CONFIG": str(written)}
    said = completed(sandbox, *add, folders, **config)
    assert said.count("rehearsed: gcr.io/kubeflow-images-public/new") == 2
    assert " is open, at " in said
    context = "kubeflow/kubeflow/components/k8s-model-server/http-proxy"
    assert f" │ {context}/build_image.sh:13: pushes " in said

    scratch = sandbox / "nightly" / "new" / "nightly-add"
    changed = subprocess.run(
        ["git", "-C", str(scratch), "show", "--format=", "--name-only"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert changed.stdout.split() == ["releasing/new/new.yaml", "releasing/new/newer.yaml", CONFIG]
    assert not (scratch / ".git" / "nightly-rehearsal").exists()
    entries = parse((scratch / CONFIG).read_bytes(), CONFIG).entries[-2:]
    assert [(each.name, each.component) for each in entries] == [
        ("new-release", "new"),
        ("newer-release", "newer"),
    ]
    assert yaml.safe_load((scratch / entries[0].template).read_text())["metadata"]["name"] == "new"

    again = completed(sandbox, *add, folders, **config)
    assert "rehearsed" not in again
    built = completed(
        tmp_path / "night", "nightly.run", "--source", str(scratch), "--only", "new-release", "--json"
    )
    [first, *_] = [each for each in json.loads(built)["entries"] if each["name"] == "new-release"]
    assert first["state"] == "built"
