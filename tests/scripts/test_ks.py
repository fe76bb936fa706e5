"""scripts/ks as a person runs it, in a sandbox with a stand-in for kubectl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ksonnet_apps import OVERRIDES, write_app, write_package
from tests.support.registries import rehearsal_registry
from tests.support.stand_ins import CONTEXT, Sandbox

CPU = "gcr.io/kubeflow-images-public/model-cpu"
APPLY = ("ks", "apply", "releasing", "-c", "workflows")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox whose folder is a ksonnet app, with kubectl's context set as the runbook says."""
    with rehearsal_registry(tmp_path / "registry") as url:
        sandbox = Sandbox(write_app(tmp_path / "app"), url)
        sandbox.log_in()
        yield sandbox


def test_the_runbooks_block_sets_and_applies(sandbox: Sandbox) -> None:
    for name, value in (("name", "me-serving"), ("versionTag", "v20180723-01234567")):
        sandbox.output("ks", "param", "set", "--env=releasing", "workflows", name, value)
    assert sandbox.output(*APPLY) == "workflow me-serving in kubeflow-releasing: created\n"
    assert sandbox.tags(CPU) == ["v20180723-01234567"]


def test_applying_twice_says_that_it_is_already_there(sandbox: Sandbox) -> None:
    sandbox.output(*APPLY)
    assert sandbox.output(*APPLY).startswith("workflow first in kubeflow-releasing: already there, ")


def test_another_workflow_of_the_name_is_never_patched(sandbox: Sandbox) -> None:
    sandbox.output(*APPLY)
    sandbox.output("ks", "param", "set", "--env", "releasing", "workflows", "versionTag", "v2")
    ran = sandbox.run(*APPLY)
    assert ran.returncode == 4
    assert "first in kubeflow-releasing already exists with another spec, Succeeded since" in ran.stderr
    assert sandbox.tags(CPU) == ["v20180326-b0c432b9"]


def test_a_dry_run_creates_nothing(sandbox: Sandbox) -> None:
    assert sandbox.output(*APPLY, "--dry-run").endswith(": would be created\n")
    assert json.loads(sandbox.output("kubectl", "get", "workflows", "-o", "json"))["items"] == []


def test_what_is_not_a_workflow_is_not_applied(sandbox: Sandbox) -> None:
    ran = sandbox.run("ks", "apply", "releasing", "-c", "second-one")
    assert ran.returncode == 3
    assert "a ConfigMap (v1) is not a workflow with a name" in ran.stderr


def test_another_cluster_than_the_environments_is_refused(sandbox: Sandbox) -> None:
    apply = ("ks", "apply", "staging", "-c", "workflows")
    ran = sandbox.run(*apply)
    assert ran.returncode == 4
    assert (
        f"kubectl: context {CONTEXT} is https://192.0.2.1; environment staging is https://192.0.2.2"
        in ran.stderr
    )
    assert "hint: if that is the cluster: ks env set staging --server=https://192.0.2.1" in ran.stderr
    assert json.loads(sandbox.output("kubectl", "get", "workflows", "-o", "json"))["items"] == []
    sandbox.output(*apply, "--any-server", "--dry-run")
    sandbox.environment["KS_CHECK_SERVER"] = "0"
    sandbox.output(*apply, "--dry-run")


def test_the_context_that_has_the_environments_cluster_is_named(sandbox: Sandbox) -> None:
    sandbox.output("kubectl", "config", "set-context", "elsewhere", "--cluster=none", "--user=none")
    sandbox.output("kubectl", "config", "use-context", "elsewhere")
    ran = sandbox.run(*APPLY)
    assert ran.returncode == 4
    assert (
        "kubectl: context elsewhere is no cluster; environment releasing is https://192.0.2.1" in ran.stderr
    )
    assert f"hint: kubectl config use-context {CONTEXT}" in ran.stderr


def test_show_prints_json_and_yaml(sandbox: Sandbox) -> None:
    shown = json.loads(sandbox.output("ks", "show", "releasing", "-c", "workflows", "-o", "json"))
    assert [each["metadata"]["name"] for each in shown["items"]] == ["first"]
    assert sandbox.output("ks", "show", "releasing", "-c", "workflows").startswith("---\napiVersion:")


def test_param_list_shows_what_the_environment_overrides(sandbox: Sandbox) -> None:
    lines = sandbox.output("ks", "param", "list", "workflows", "--env=releasing").splitlines()
    assert lines[0].split() == ["COMPONENT", "PARAM", "VALUE"]
    assert ["workflows", "name", '"first"'] in [line.split() for line in lines]
    assert ["second-one", "name", '"second"'] in [
        line.split() for line in sandbox.output("ks", "param", "list").splitlines()
    ]


def test_the_runbooks_block_makes_an_app_for_another_image(sandbox: Sandbox) -> None:
    parts = sandbox.folder / "parts"
    write_package(parts / "automation")
    (parts / "registry.yaml").write_text("kind: ksonnet.io/registry\n")
    assert sandbox.output("ks", "init", "boot").endswith(": app created, https://192.0.2.1 in default\n")
    app = sandbox.folder / "boot"
    for words in (
        ("registry", "add", "example", str(parts)),
        ("pkg", "install", "example/automation@master"),
        ("generate", "release", "boot", "--image=boot", "--dockerfileDir=bootstrap", "--extra_repos=a/b;c/d"),
        ("env", "add", "releasing", f"--context={CONTEXT}", "--namespace=kubeflow-releasing"),
        ("param", "set", "--env=releasing", "boot", "image", "12345e67"),
    ):
        sandbox.output("ks", *words, cwd=app)
    shown = json.loads(sandbox.output("ks", "show", "releasing", "-c", "boot", "-o", "json", cwd=app))
    assert shown["items"][0]["metadata"] == {"name": "boot", "namespace": "kubeflow-releasing"}
    assert shown["items"][0]["spec"]["entrypoint"] == "12345e67"
    rows = sandbox.output("ks", "param", "diff", "default", "releasing", cwd=app).splitlines()
    assert rows[2].split() == ["boot", "image", '"boot"', '"12345e67"']
    assert str(parts) in sandbox.output("ks", "registry", "list", cwd=app)


def test_env_list_and_version_answer(sandbox: Sandbox) -> None:
    rows = [line.split() for line in sandbox.output("ks", "env", "list").splitlines()]
    assert ["staging", "v1.7.0", "staging", "https://192.0.2.2"] in rows
    assert "0.9.2" in sandbox.output("ks", "version")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["delete", "app"], "ks: 'delete' is not part of this ks (known: apply,"),
        (["env", "rm", "x"], "ks: 'env rm' is not part of this ks"),
        (["env", "add", "x", "--server=y", "--context=z"], "--context and --server exclude each other"),
        (["env", "set", "staging"], "nothing to set"),
        (["generate", "release", "x"], "no prototype has a name that ends with 'release' (known: none)"),
        ([], "ks: a command is missing"),
        (["show", "releasing"], "-c/--component"),
        (["show", "prod", "-c", "workflows"], "no environment 'prod' (known: releasing, staging)"),
        (["apply", "releasing", "-c", "workflow"], "no component 'workflow' (known: second-one, workflows)"),
        (["param", "set", "--env=releasing", "workflow", "name", "x"], "no component 'workflow'"),
        (["param", "set", "--env=prod", "workflows", "name", "x"], "no environment 'prod'"),
    ],
)
def test_what_ks_cannot_do_is_refused_and_changes_nothing(
    sandbox: Sandbox, words: list[str], says: str
) -> None:
    ran = sandbox.run("ks", *words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (sandbox.folder / "environments/releasing/params.libsonnet").read_text() == OVERRIDES


@pytest.mark.parametrize("value", ["--verbose", "-v", "-1"])
def test_a_value_that_looks_like_an_option_is_set_after_two_dashes(sandbox: Sandbox, value: str) -> None:
    sandbox.output("ks", "param", "set", "--env=releasing", "--", "workflows", "name", value)
    assert value in sandbox.output("ks", "param", "list", "workflows", "--env=releasing")
