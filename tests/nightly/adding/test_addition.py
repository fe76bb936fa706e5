"""nightly.add: what is refused before anything is made, and what ks makes in the runbook's form."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from releasing.clients.ksonnet.creation import create
from releasing.clients.ksonnet.environments import Destination
from releasing.clients.ksonnet.formatting import OPTIONS, jsonnet_files, put_into_form
from releasing.errors import UsageError
from releasing.nightly.adding.addition import Addition
from releasing.nightly.build_contexts import problem
from releasing.shell.programs import Shell

TYPED = {
    "name": "pytorch-operator",
    "image": "pytorch-operator",
    "dockerfile_dir": "kubeflow/pytorch-operator",
    "extra_repos": "kubeflow/testing@HEAD;kubeflow/pytorch-operator@HEAD",
    "extra_args": "/mnt",
    "component": "",
    "dockerfile": "",
    "app": "",
}


def asked(**changed: str) -> Addition:
    return Addition.parse(TYPED | changed, "kubeflow/kubeflow")


def test_a_folder_in_a_repository_that_is_not_checked_out_is_refused_with_what_to_add() -> None:
    with pytest.raises(
        UsageError, match="--extra-repos 'kubeflow/testing@HEAD;kubeflow/pytorch-operator@HEAD'"
    ):
        asked(extra_repos="")
    assert asked(dockerfile_dir="kubeflow/kubeflow/bootstrap/").contexts == ("kubeflow/kubeflow/bootstrap",)


@pytest.mark.parametrize("path", ["/etc", "kubeflow/kubeflow/../../x", "bootstrap"])
def test_a_path_outside_the_repositories_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="expected OWNER/NAME/FOLDER"):
        asked(dockerfile_dir=path)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(UsageError) as refused:
        asked(name="Py Torch", image="gcr.io/x/y:z", extra_repos="kubeflow/testing")
    assert [part in refused.value.message for part in ("--name", "--image", "--extra-repos")] == [True] * 3
    with pytest.raises(UsageError, match="one folder for each image"):
        asked(image="a,b")


def test_a_component_is_called_as_is_said_or_as_what_there_is_one_of() -> None:
    assert asked().components == ("pytorch-operator",)
    two = {"image": "katib/vizier-core,katib/ui", "dockerfile_dir": "kubeflow/kubeflow/a,kubeflow/kubeflow/b"}
    assert asked(**two).components == ("vizier-core", "ui")
    assert asked(**two, component="core,ui").components == ("core", "ui")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"image": "gcr.io/katib/ui"}, "expected a name without registry and tag"),
        ({"component": "a,b"}, "--component: expected one name for each image"),
        ({"component": "A_b"}, "--component 'A_b': expected lower-case letters"),
        (
            {"image": "a_b,c", "dockerfile_dir": "kubeflow/kubeflow/a,kubeflow/kubeflow/b"},
            "--component 'a_b'",
        ),
        ({"image": "a/c,b/c", "dockerfile_dir": "kubeflow/kubeflow/a,kubeflow/kubeflow/b"}, "no name twice"),
        ({"dockerfile": "a,b"}, "--dockerfile: expected one for each image"),
    ],
)
def test_what_cannot_be_a_component_of_each_image_is_refused(changed: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        asked(**changed)


def test_each_component_is_made_with_its_own_dockerfile_or_that_of_all() -> None:
    two = {"image": "cpu,gpu", "dockerfile_dir": "kubeflow/kubeflow/a,kubeflow/kubeflow/a"}
    assert [part.component for part in asked(**two).parts] == ["cpu", "gpu"]
    made = {
        given: [part.dockerfile for part in asked(**two, dockerfile=given).parts]
        for given in ("", "Dockerfile.cpu,Dockerfile.gpu", "Dockerfile.x")
    }
    assert made == {
        "": ["", ""],
        "Dockerfile.cpu,Dockerfile.gpu": ["Dockerfile.cpu", "Dockerfile.gpu"],
        "Dockerfile.x": ["Dockerfile.x", "Dockerfile.x"],
    }


def test_a_build_context_has_an_executable_build_image_sh(tmp_path: Path) -> None:
    context, script = "kubeflow/kubeflow/bootstrap", tmp_path / "bootstrap" / "build_image.sh"
    assert problem(tmp_path, context) == f"{context} has no build_image.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o644)
    assert problem(tmp_path, context) == f"{context}/build_image.sh is not executable"
    script.chmod(0o755)
    assert problem(tmp_path, context) == ""


@pytest.mark.parametrize("present", [True, False], ids=["with jsonnetfmt", "without jsonnetfmt"])
def test_what_ks_writes_comes_to_be_in_the_runbooks_form(tmp_path: Path, present: bool) -> None:
    if not (jsonnetfmt := shutil.which("jsonnetfmt")):
        pytest.fail("jsonnetfmt is not installed: apt-get install jsonnet", pytrace=False)
    shell = Shell()
    create(tmp_path / "app", "app", Destination("https://192.0.2.1", "n"), "default", "v1.7.0")
    foreign = tmp_path / "app" / "vendor" / "x.libsonnet"
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("a + {\n}\n")
    without = Shell(shell.environment | {"PATH": str(tmp_path / "bin")})
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to("/bin/sh")
    changed, found = put_into_form(tmp_path / "app", shell if present else without)
    assert (changed > 0, found) == (True, present)
    for path in jsonnet_files(tmp_path / "app"):
        formatted = shell.read(shell[jsonnetfmt][(*OPTIONS, str(path))])
        assert path.read_text() == f"{formatted}\n"
    assert foreign.read_text() == "a + {\n}\n"
