"""Both engines build the same: the ksonnet apps of the repository, and Argo templates made from release.yaml."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from releasing import deployment
from releasing.builds.submission import PROW
from releasing.clients.cluster.workflow_pods import pods_of
from releasing.clients.cluster.workflow_template import workflow
from releasing.config import config_file
from releasing.config.release_yaml import Build
from releasing.deployment import build_workflow
from releasing.recipes import RC as RECIPE
from tests.support.finished import RC, Finished
from tests.support.paths import DATA, ROOT
from tests.support.whole_releases import completed, trace

RENDERED = DATA / "ks-rendered"
CONFIG = config_file.load(ROOT / "release.yaml")
TAG = "v20180723-01234567"
BUILDS = [
    ("build-tfserving", "tf-serving-release", CONFIG.builds["tfserving"]),
    ("build-jupyter", "notebook-release", CONFIG.builds["jupyter"]),
]
# It would delete a namespace that nothing of the release made.
TORN_DOWN = {"teardown"}


def at_the_end(content: Any) -> set[str]:
    templates = {each["name"]: each for each in content["spec"]["templates"]}
    last = templates[content["spec"]["onExit"]]
    return {step["name"] for group in last.get("steps", [[last]]) for step in group}


def words(container: Any) -> tuple[str, ...]:
    """What a container runs; the apps let bash start a script that might as well be named to it."""
    command = [*container["command"], *container.get("args", [])]
    return tuple(shlex.split(command[2]) if command[1:2] == ["-c"] else command[command[0] == "/bin/bash" :])


def runs(content: Any) -> list[Any]:
    """What the pods of a workflow run, with which variables and mounts, after what."""
    name = content["metadata"]["name"]
    pods = [
        (pod, json.loads(json.dumps(pod.container).replace("{{workflow.name}}", name)))
        for pod in pods_of(content)
    ]
    return sorted(
        [
            words(container),
            sorted(json.dumps(each, sort_keys=True) for each in container["env"]),
            sorted(each["mountPath"] for each in container["volumeMounts"]),
            [*pod.needs],
        ]
        for pod, container in pods
    )


@pytest.mark.parametrize(("step", "name", "build"), BUILDS, ids=[step for step, *_ in BUILDS])
def test_a_template_runs_what_the_real_app_runs(step: str, name: str, build: Build) -> None:
    """The apps at kubeflow's v0.2.1, as ks itself rendered them: commands, variables, mounts and order."""
    [real] = json.loads((RENDERED / f"{name}.list.json").read_text())["items"]
    environment = {each["name"]: each.get("value") for each in next(pods_of(real)).container["env"]}
    given = {each: environment[each] for each in PROW} | {"versionTag": TAG}
    assert build.argo
    template = build_workflow.of_step(CONFIG, step, build.argo)
    ours = workflow(template, real["metadata"]["name"], "kubeflow-releasing", given)
    assert runs(ours) == runs(real)
    assert at_the_end(ours) == at_the_end(real) - TORN_DOWN


def test_a_whole_rehearsal_ends_in_the_same_release_with_either_engine(
    tmp_path: Path, candidate: Finished
) -> None:
    text = (ROOT / "release.yaml").read_text()
    written = tmp_path / "argo" / "release.yaml"
    written.parent.mkdir()
    written.write_text(f"engine: argo\n{text}")
    for name, content in deployment.files(config_file.load(written), RECIPE).items():
        path = written.parent / deployment.FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    said = completed(tmp_path / "one", *RC, RELEASE_CONFIG=str(written))
    assert "submit_workflow.py" in said
    assert "ks apply" not in said
    assert trace(tmp_path / "one") == trace(candidate.sandbox)
