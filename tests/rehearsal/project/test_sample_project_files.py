"""The sample's files: every form of reference, what builds them, and what a release does to them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from _gojsonnet import evaluate_snippet

from releasing.changes import prototypes
from releasing.clients.ksonnet.app import read_app
from releasing.clients.ksonnet.params import set_param
from releasing.references.file_syntax import fault
from releasing.rehearsal.project import sample_project
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from tests.support.paths import ROOT
from tests.support.registries import rehearsal_registry
from tests.support.releases import release_at
from tests.support.sample_tree import CONFIG, FILES, TREE, git
from tests.support.stand_ins import Sandbox

PROTOTYPES = [path for path in FILES if path.parent.name == "prototypes"]
RELEASERS = {
    "releasing/releaser": CONFIG.builds["tfserving"],
    "components/tensorflow-notebook-image/releaser": CONFIG.builds["jupyter"],
}
TAG = "v20180723-01234567"

FORMS = {
    "jsonnet string": ("kubeflow/examples/prototypes/tf-serving-simple.jsonnet", r'= "gcr\.io/.*:v2018'),
    "prototype parameter": (
        "kubeflow/core/prototypes/all.jsonnet",
        r"@optionalParam tfJobImage string gcr\.io/",
    ),
    "Python string": (
        "tf-controller-examples/tf-cnn/create_job_specs.py",
        r"'gcr\.io/kubeflow-images-public/",
    ),
    "YAML value": ("bootstrap/bootstrapper.yaml", r"image: gcr\.io/kubeflow-images-public/bootstrapper:v"),
    "property of a deployment": ("docs/gke/configs/cluster-kubeflow.yaml", r"bootstrapperImage: gcr\.io/"),
    "shell argument": ("hack/retag_katib_images.sh", r"  gcr\.io/kubeflow-images-public/bootstrapper:v"),
    "Makefile variable": ("tf-controller-examples/tf-cnn/Makefile", r"^GCR_PUBLISHED_CPU := .*:v2017"),
    "Dockerfile base": ("bootstrap/Dockerfile.debug", r"^FROM gcr\.io/kubeflow-images-public/bootstrapper:v"),
    "Markdown": ("bootstrap/README.md", r"gcr\.io/kubeflow-images-public/bootstrapper:latest"),
    "JSON value": ("kubeflow/examples/pods/serving.json", r'"image": "gcr\.io/kubeflow-images-public/'),
    "Go string": ("bootstrap/cmd/image_test.go", r'"gcr\.io/kubeflow-images-public/bootstrapper:v'),
    "digest": ("kubeflow/tf-serving/tf-serving.libsonnet", r"http-proxy@sha256:[0-9a-f]{64}\""),
    "tag and digest": ("kubeflow/tf-serving/tf-serving.libsonnet", r"cpu:v\S+@sha256:[0-9a-f]{64}\""),
    "name without tag": ("bootstrap/Makefile", r"^IMG = gcr\.io/kubeflow-images-public/bootstrapper$"),
    "template for the registry": ("kubeflow/core/kubeform_spawner.py", r'"\{0\}/\{1\}/tensorflow-1\.4\.1-'),
    "variable tag": ("releasing/update_ksonnet.sh", r"tf_operator:\$\{RELEASE\}"),
    "variable registry and tag": ("scripts/gke/deploy.sh", r"\$\{REGISTRY\}/bootstrapper:\$\{VERSION\}"),
    "default in an expression": ("docs/local/compose.yaml", r"\$\{BOOTSTRAPPER_IMAGE:-gcr\.io/.*:v0\.2\.0\}"),
    "tag as a parameter": ("components/image-releaser/components/params.libsonnet", r'versionTag: "latest"'),
    "tag in a prototype": ("kubeflow/argo/prototypes/argo.jsonnet", r"@optionalParam imageTag string v"),
    "concatenation": ("releasing/releaser/components/workflows.libsonnet", r'params\.registry \+ "/tf-model'),
    "kustomize tag": ("manifests/bootstrapper/kustomization.yaml", r"newName: gcr\.io/.*\n  newTag: v0"),
    "kustomize digest": ("manifests/serving/kustomization.yaml", r"tf-model-server-gpu\n  digest: sha256:"),
    "inventory": ("releasing/image_tags.yaml", r"- name: gcr\.io/kubeflow-images-public/tf_operator"),
    "key=value": ("releasing/update_images.sh", r"--values=tfJobImage=gcr\.io/kubeflow-images-public/"),
    "ks param set": ("scripts/gke/deploy.sh", r"ks param set serving httpProxyImage gcr\.io/"),
    "Docker Hub": (
        "kubeflow/pytorch-job/prototypes/pytorch-operator.jsonnet",
        r"jgaguirr/pytorch-operator:latest",
    ),
    "URL": ("bootstrap/developer_guide.md", r"https://gcr\.io/kubeflow-images-public/bootstrapper"),
    "another registry": (
        "kubeflow/core/kubeform_spawner.py",
        r"registry\.aliyuncs\.com/kubeflow-images-public",
    ),
    "somebody else's, tagged like ours": (
        "kubeflow/metacontroller/prototypes/metacontroller.jsonnet",
        r"metacontroller:v0\.2\.1",
    ),
    "mirror under our name": (
        "kubeflow/metacontroller/prototypes/metacontroller.jsonnet",
        r"gcr\.io/kubeflow-images-public/quay\.io/",
    ),
    "ours, not released here": (
        "kubeflow/katib/prototypes/all.jsonnet",
        r"gcr\.io/kubeflow-images-public/katib/",
    ),
    "branch of a registry": ("bootstrap/image_registries.yaml", r"kubeflow\.git\n    branch: master$"),
    "release in a constant": ("scripts/upgrade_ks_app.py", r'^CURRENT_RELEASE = ".*/tree/v0\.2\.0-rc\.1/'),
    "version inside a tag": ("kubeflow/core/prototypes/all.jsonnet", r"v20180618-v0\.2\.0-rc\.0-5-g"),
    "changelog": ("CHANGELOG.md", r"tf_operator:v0\.1\.2"),
    "document of an older version": ("ack_guide.md", r"tensorflow-1\.7\.0-notebook-cpu:v0\.1\.2"),
    "vendored copy": ("bootstrap/vendor/example.org/parts/sample.yaml", r"bootstrapper:v0\.2\.0"),
}
UPDATED = """\
bootstrap/README.md:6 bootstrapper:latest -> bootstrapper:v0.2.1
bootstrap/bootstrapper.yaml:22 bootstrapper:v20180618-715aafc -> bootstrapper:v0.2.1
bootstrap/image_registries.yaml:5 master -> v0.2-branch
components/gcp-click-to-deploy/src/configs/cluster-kubeflow.yaml:9 bootstrapper:latest -> bootstrapper:v0.2.1
docs/gke/configs/cluster-kubeflow.yaml:13 bootstrapper:v0.2.0 -> bootstrapper:v0.2.1
docs/gke/guide_fr.md:3 bootstrapper:v0.2.0 -> bootstrapper:v0.2.1
docs/local/compose.yaml:4 bootstrapper:v0.2.0 -> bootstrapper:v0.2.1
kubeflow/core/kubeform_spawner.py:17 tensorflow-1.4.1-notebook-cpu:v20180607-476e150e -> tensorflow-1.4.1-notebook-cpu:v0.2.1
kubeflow/core/kubeform_spawner.py:18 tensorflow-1.4.1-notebook-gpu:v20180607-476e150e -> tensorflow-1.4.1-notebook-gpu:v0.2.1
kubeflow/core/kubeform_spawner.py:19 tensorflow-1.5.1-notebook-cpu:v20180607-476e150e -> tensorflow-1.5.1-notebook-cpu:v0.2.1
kubeflow/core/kubeform_spawner.py:20 tensorflow-1.5.1-notebook-gpu:v20180607-476e150e -> tensorflow-1.5.1-notebook-gpu:v0.2.1
kubeflow/core/kubeform_spawner.py:21 tensorflow-1.6.0-notebook-cpu:v20180607-476e150e -> tensorflow-1.6.0-notebook-cpu:v0.2.1
kubeflow/core/kubeform_spawner.py:22 tensorflow-1.6.0-notebook-gpu:v20180607-476e150e -> tensorflow-1.6.0-notebook-gpu:v0.2.1
kubeflow/core/kubeform_spawner.py:23 tensorflow-1.7.0-notebook-cpu:v20180607-476e150e -> tensorflow-1.7.0-notebook-cpu:v0.2.1
kubeflow/core/kubeform_spawner.py:24 tensorflow-1.7.0-notebook-gpu:v20180607-476e150e -> tensorflow-1.7.0-notebook-gpu:v0.2.1
kubeflow/core/kubeform_spawner.py:25 tensorflow-1.8.0-notebook-cpu:v20180607-476e150e -> tensorflow-1.8.0-notebook-cpu:v0.2.1
kubeflow/core/kubeform_spawner.py:26 tensorflow-1.8.0-notebook-gpu:v20180607-476e150e -> tensorflow-1.8.0-notebook-gpu:v0.2.1
kubeflow/core/kubeform_spawner.py:44 tensorflow-1.8.0-notebook-cpu:v20180607-476e150e -> tensorflow-1.8.0-notebook-cpu:v0.2.1
kubeflow/core/prototypes/all.jsonnet:8 tf_operator:v20180522-77375baf -> tf_operator:v0.2.0
kubeflow/core/prototypes/tf-job-operator.jsonnet:7 tf_operator:v20180329-a7511ff -> tf_operator:v0.2.0
kubeflow/examples/pods/serving.json:7 tf-model-server-http-proxy:v20180606-9dfda4f2 -> tf-model-server-http-proxy:v0.2.1
kubeflow/examples/prototypes/tf-serving-simple.jsonnet:9 tf-model-server-cpu:v20180327-995786ec -> tf-model-server-cpu:v0.2.1
kubeflow/pytorch-job/prototypes/pytorch-operator.jsonnet:7 jgaguirr/pytorch-operator:latest -> gcr.io/kubeflow-images-public/pytorch-operator:v0.2.0
kubeflow/tf-serving/prototypes/tf-serving-all-features.jsonnet:7 tf-model-server-cpu:v20180327-995786ec -> tf-model-server-cpu:v0.2.1
kubeflow/tf-serving/prototypes/tf-serving-all-features.jsonnet:8 tf-model-server-gpu:v20180327-995786ec -> tf-model-server-gpu:v0.2.1
kubeflow/tf-serving/prototypes/tf-serving-all-features.jsonnet:9 tf-model-server-http-proxy:v20180606-9dfda4f2 -> tf-model-server-http-proxy:v0.2.1
manifests/bootstrapper/kustomization.yaml:6 bootstrapper v0.2.0 -> bootstrapper v0.2.1
manifests/serving/kustomization.yaml:5 tf-model-server-cpu v20180606-9dfda4f2 -> tf-model-server-cpu v0.2.1
releasing/update_images.sh:5 tf_operator:v20180522-77375baf -> tf_operator:v0.2.0
releasing/update_images.sh:7 bootstrapper:v0.2.0 -> bootstrapper:v0.2.1
scripts/gke/deploy.sh:10 master -> v0.2-branch
scripts/gke/deploy.sh:8 tf-model-server-http-proxy:v0.2.0 -> tf-model-server-http-proxy:v0.2.1
scripts/upgrade_ks_app.py:8 v0.2.0-rc.1/kubeflow -> v0.2.1/kubeflow
scripts/windows/bootstrap.ps1:2 bootstrapper:v0.2.0 -> bootstrapper:v0.2.1
testing/workflows/components/workflows.libsonnet:10 HEAD -> v0.2.0
tf-controller-examples/tf-cnn/create_job_specs.py:6 tf-model-server-gpu:v20180606-9dfda4f2 -> tf-model-server-gpu:v0.2.1
user_guide.md:7 tf-model-server-cpu:v20180606-9dfda4f2 -> tf-model-server-cpu:v0.2.1
"""  # noqa: E501 - one place a line


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    sample_project.create(tmp_path / "kubeflow.git")
    git("clone", "--quiet", tmp_path / "kubeflow.git", tmp_path / "clone")
    return tmp_path / "clone"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_reference_is_there(form: str) -> None:
    path, pattern = FORMS[form]
    assert re.search(pattern, (TREE / path).read_text(), re.MULTILINE)


def test_files_are_as_odd_as_in_the_real_repository(clone: Path) -> None:
    assert (clone / "scripts/windows/bootstrap.ps1").read_bytes().count(b"\r\n") == 3
    configs = clone / "components/gcp-click-to-deploy/src/configs"
    assert not (configs / "cluster-kubeflow.yaml").read_bytes().endswith(b"\n")
    assert (configs / "cluster.jinja").is_symlink()
    assert (configs / "cluster.jinja").read_bytes() == (clone / "docs/gke/configs/cluster.jinja").read_bytes()
    assert b"\0" in (clone / "components/k8s-model-server/inception-client/model.bin").read_bytes()
    assert "Déployer" in (clone / "docs/gke/guide_fr.md").read_text(encoding="latin-1")
    assert os.access(clone / "releasing/update_ksonnet.sh", os.X_OK)


def test_every_file_parses_as_what_its_name_says() -> None:
    assert [found for path in FILES if (found := fault(str(path), path.read_bytes()))] == []


@pytest.mark.parametrize("path", PROTOTYPES, ids=lambda path: path.stem)
def test_every_prototype_evaluates_with_its_defaults(path: Path) -> None:
    text = path.read_text()
    declared = re.findall(r"^// @(p|optionalP)aram (\w+) \w+ (\S+)", text, re.MULTILINE)
    params = {name: value if kind == "optionalP" else name for kind, name, value in declared}
    snippet = f'local env = {{ namespace: "kubeflow" }}, params = {json.dumps(params)};\n{text}'
    rendered = json.loads(evaluate_snippet(str(path), snippet, import_callback=imported))
    assert {each["metadata"]["namespace"] for each in rendered.get("items", [rendered])} == {"kubeflow"}


def imported(_folder: str, name: str) -> tuple[str, bytes]:
    found = TREE / ("releasing/releaser/lib/v1.7.0/k.libsonnet" if name == "k.libsonnet" else name)
    return str(found), found.read_bytes()


@pytest.mark.parametrize("folder", RELEASERS)
def test_a_releaser_builds_every_image_that_release_yaml_names(
    folder: str, clone: Path, tmp_path: Path
) -> None:
    app, build = read_app(clone / folder), RELEASERS[folder]
    assert build
    prow_env = (
        f"JOB_NAME={build.workflow.job_name},JOB_TYPE=postsubmit,PULL_BASE_SHA=01234567,"
        "REPO_NAME=kubeflow,REPO_OWNER=kubeflow,BUILD_NUMBER=ab12"
    )
    values = {"namespace": "kubeflow-releasing", "name": "ada-1", "prow_env": prow_env, "versionTag": TAG}
    for name, value in values.items():
        set_param(app, app.environment("releasing"), "workflows", name, value)
    with rehearsal_registry(tmp_path / "registry") as url:
        sandbox = Sandbox(tmp_path, url)
        sandbox.log_in()
        shown = json.loads(
            sandbox.output("ks", "show", "releasing", "-c", "workflows", "-o", "json", cwd=app.folder)
        )
        (workflow,) = shown["items"]
        sandbox.output("kubectl", "create", "-f", "-", stdin=json.dumps(workflow))
        assert {name: sandbox.tags(f"{CONFIG.registry}/{name}") for name in build.images.names} == {
            name: [TAG] for name in build.images.names
        }
    assert {
        each["name"]: each["value"] for each in workflow["spec"]["templates"][-1]["container"]["env"]
    } == {
        **dict(pair.split("=") for pair in prow_env.split(",")),
        "GOOGLE_APPLICATION_CREDENTIALS": "/secret/gcp-credentials/key.json",
        "DOCKER_HOST": "127.0.0.1",
    }


def test_make_push_pushes_the_bootstrapper(clone: Path, tmp_path: Path) -> None:
    with rehearsal_registry(tmp_path / "registry") as url:
        sandbox = Sandbox(tmp_path, url)
        sandbox.log_in()
        sandbox.output("make", "-C", str(clone / "bootstrap"), "push", f"TAG={TAG}")
        assert sandbox.tags(f"{CONFIG.registry}/bootstrapper") == [TAG]


def test_a_release_updates_these_references_and_no_others(clone: Path, tmp_path: Path) -> None:
    sh = StepShell(Shell(), Journal(tmp_path / "journal.jsonl"), "test")
    (command,) = prototypes.change(release_at(tmp_path, CONFIG)).edits(sh, str(clone))
    program = [sys.executable, str(ROOT / "scripts" / command.program), *command.words[1:], "--json"]
    first, second = (
        json.loads(subprocess.run(program, check=True, capture_output=True).stdout)["changed"]
        for _ in range(2)
    )
    assert "".join(map(shown_change, first)) == UPDATED
    assert second == []
    changed = git("-C", clone, "diff", "--numstat").splitlines()
    assert sum(int(line.split()[0]) for line in changed) == len(first)


def shown_change(change: dict[str, str]) -> str:
    before, after = change["before"], change["after"]
    while (shared := before.partition("/")[0]) == after.partition("/")[0] and "/" in before:
        before, after = before.removeprefix(f"{shared}/"), after.removeprefix(f"{shared}/")
    return f"{change['path']}:{change['line']} {before} -> {after}\n"
