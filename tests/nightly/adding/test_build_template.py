"""The WorkflowTemplate of a new nightly image: valid, with its words as they are, and nothing that shells read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from releasing.builds.submission import PROW
from releasing.clients.cluster import workflow_template
from releasing.clients.cluster.workflow_pods import pods_of
from releasing.config import config_file
from releasing.config.release_yaml import Config
from releasing.errors import ConfigError, UsageError
from releasing.nightly.adding.build_template import image_build, text
from releasing.nightly.build_contexts import repository_of
from releasing.nightly.expected_images import expected
from tests.support.manifest_schemas import problem
from tests.support.paths import ROOT

CONFIG = config_file.load(ROOT / "release.yaml")
CONTEXT = "kubeflow/pytorch-operator"
TAG = "v20180711-380a9822"
PROGRAM = [sys.executable, str(ROOT / "scripts" / "render_build_template.py")]
WORDS = ["--image", "pytorch-operator", "--dockerfile-dir", CONTEXT]


def template(words: str = "", repositories: str = "", config: Config = CONFIG) -> Any:
    build = image_build("pytorch-operator", CONTEXT, "", words)
    return yaml.safe_load(text(config, "pytorch-operator", build, repositories))


def made(content: Any) -> Any:
    given = dict.fromkeys(PROW, "x") | {"versionTag": TAG}
    return workflow_template.workflow(content, "one", "kubeflow-releasing", given)


def node(content: Any, name: str) -> Any:
    return next(pod.container for pod in pods_of(made(content)) if pod.name == name)


def nightly(**changed: Any) -> Config:
    content = CONFIG.model_dump(exclude_unset=True, by_alias=True)
    return Config.model_validate({**content, "nightly": {**content["nightly"], **changed}})


def test_it_is_what_its_schema_says_and_builds_its_image_under_the_nights_tag() -> None:
    assert problem(template()) is None
    assert expected([made(template())], TAG) == ["gcr.io/kubeflow-images-public/pytorch-operator"]
    assert template()["spec"]["activeDeadlineSeconds"] == 180 * 60
    assert template(config=nightly(minutes=300))["spec"]["activeDeadlineSeconds"] == 300 * 60


def test_further_words_reach_the_script_one_by_one_as_they_are() -> None:
    command = node(template("/mnt 'two words' {x}"), "build-pytorch-operator")["command"]
    assert command[-3:] == ["/mnt", "two words", "{x}"]


def test_another_dockerfile_is_built() -> None:
    build = image_build("pytorch-operator", CONTEXT, "Dockerfile.gpu", "")
    content = yaml.safe_load(text(CONFIG, "pytorch-operator", build, ""))
    assert node(content, "build-pytorch-operator")["command"][2].endswith(f"/src/{CONTEXT}/Dockerfile.gpu")


def test_the_repositories_are_checked_out_with_the_one_that_copies_logs() -> None:
    def extra(repositories: str, config: Config = CONFIG) -> str:
        environment = node(template("", repositories, config), "checkout")["env"]
        return str(next(each["value"] for each in environment if each["name"] == "EXTRA_REPOS"))

    own = f"{repository_of(CONTEXT)}@HEAD"
    assert extra("") == "kubeflow/testing@HEAD"
    assert extra(own) == f"kubeflow/testing@HEAD;{own}"
    assert extra(f"kubeflow/testing@v1;{own}") == f"kubeflow/testing@v1;{own}"
    assert extra(own, nightly(argo={"worker": "w"})) == own


@pytest.mark.parametrize("words", ["$HOME", "a; b", "`id`", "a && b", "{{x}}", "> out"])
def test_what_only_a_shell_or_argo_would_read_is_refused(words: str) -> None:
    with pytest.raises(UsageError, match="has a meaning in a shell"):
        image_build("a", CONTEXT, "", words)


def test_open_quotes_and_a_name_too_long_for_a_node_are_refused() -> None:
    with pytest.raises(UsageError, match="No closing quotation"):
        image_build("a", CONTEXT, "", "'a")
    with pytest.raises(UsageError, match="longer than 57 characters"):
        image_build("a" * 58, CONTEXT, "", "")


def test_without_a_worker_the_section_to_write_is_named() -> None:
    with pytest.raises(ConfigError, match="argo is missing"):
        template(config=nightly(argo=None))


def test_the_program_writes_the_file_once_and_leaves_one_that_is_there_alone(tmp_path: Path) -> None:
    file = tmp_path / "pytorch" / "pytorch-operator.yaml"
    subprocess.run([*PROGRAM, str(file), *WORDS], check=True)
    assert yaml.safe_load(file.read_text()) == template()
    file.write_text("mine\n")
    again = subprocess.run([*PROGRAM, str(file), *WORDS], capture_output=True, text=True, check=False)
    assert (again.returncode, file.read_text()) == (4, "mine\n")
    assert "is there already" in again.stderr
