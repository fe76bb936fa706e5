"""What runs this suite inside a cluster: as release.yaml says, valid, and with no more rights than it uses."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import tasks
from releasing import deployment
from releasing.builds.submission import PROW
from releasing.config import config_file
from releasing.config.families import Listing
from releasing.config.release_yaml import Config
from releasing.deployment import build_workflow, nightly_jobs, pods, release_workflow, rights
from releasing.deployment.yaml_text import as_yaml
from releasing.errors import ConfigError
from releasing.recipes import RC
from tests.support.manifest_schemas import periodic_problem, problem
from tests.support.paths import ROOT

Object = dict[str, Any]
CONFIG = config_file.load(ROOT / "release.yaml")
CANDIDATE = RC.listed(Listing(CONFIG))
IMAGE = f"gcr.io/kubeflow-releasing/release@sha256:{'0' * 64}"
FILES = deployment.files(CONFIG, RC)
MANIFESTS = [name for name in FILES if name.endswith(".yaml")]


def changed(section: str, **values: Any) -> Config:
    """release.yaml's configuration with keys of one section set to something else."""
    content = CONFIG.model_dump(exclude_unset=True, by_alias=True)
    return Config.model_validate({**content, section: {**content.get(section, {}), **values}})


PINNED = changed("deploy", image=IMAGE)
NIGHT = nightly_jobs.night(PINNED)


def nodes(content: Object) -> list[Object]:
    found: list[Object] = content["spec"]["templates"][0]["dag"]["tasks"]
    return found


def templates(content: Object) -> dict[str, Object]:
    return {each["name"]: each for each in content["spec"]["templates"]}


def test_the_files_of_deploy_are_what_release_yaml_says() -> None:
    folder = ROOT / deployment.FOLDER
    assert deployment.stale(folder, FILES) == [], "run: scripts/invoke deploy.render --write"
    assert {path.name for path in folder.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_object_is_what_its_schema_says(name: str) -> None:
    objects = list(yaml.safe_load_all(FILES[name]))
    assert objects
    assert [problem(each) for each in objects] == [None] * len(objects)


def test_the_nightly_is_what_the_schemas_say() -> None:
    files = deployment.nightly_files(PINNED)
    started = list(yaml.safe_load_all(files["nightly.yaml"]))
    periodics = yaml.safe_load(files["prow-nightly.yaml"])["periodics"]
    assert [problem(each) for each in started] == [None, None]
    assert [periodic_problem(each) for each in periodics] == [None, None]


def test_what_looks_after_the_nightly_is_started_too_and_tells() -> None:
    config = changed("deploy", **{"image": IMAGE, "check-schedule": "0 9 * * 1-5", "webhook-secret": "hook"})
    files = deployment.nightly_files(config)
    [night, check] = yaml.safe_load_all(files["nightly.yaml"])
    [_, periodic] = yaml.safe_load(files["prow-nightly.yaml"])["periodics"]
    assert check["spec"]["schedules"] == [periodic["cron"]] == ["0 9 * * 1-5"]
    assert night["metadata"]["name"] != check["metadata"]["name"]
    [container] = periodic["spec"]["containers"]
    assert container["args"] == ["nightly.check", "--tell", f"--profile={config.deploy.profile}"]
    [address] = [each for each in container["env"] if each["name"] == "RELEASE_NIGHTLY_WEBHOOK"]
    assert address["valueFrom"] == {"secretKeyRef": {"name": "hook", "key": "address"}}


def test_a_slip_of_the_pen_is_found() -> None:
    content = nightly_jobs.cron_workflow(PINNED, IMAGE, NIGHT)
    spec = content["spec"]
    assert problem(content | {"spec": spec | {"concurencyPolicy": "Forbid"}})
    assert problem(content | {"spec": spec | {"startingDeadlineSeconds": "600"}})
    assert problem(content | {"spec": {name: spec[name] for name in spec if name != "schedules"}})
    periodic = nightly_jobs.periodic(PINNED, IMAGE, NIGHT)
    assert periodic_problem(periodic | {"max_concurency": 1})
    assert periodic_problem(periodic | {"spec": periodic["spec"] | {"serviceAcountName": "release"}})
    [_, role, *_] = rights.objects(CONFIG)
    assert problem(role | {"rules": [{"verb": ["get"]}]})


def test_a_workflow_has_a_node_for_each_step_after_those_that_it_needs() -> None:
    content = release_workflow.template(CONFIG, CANDIDATE)
    assert {node["name"]: set(node.get("dependencies", [])) for node in nodes(content)} == {
        step.name: set(step.needs) for step in CANDIDATE
    }
    by_name = templates(content)
    for node in nodes(content):
        [step] = node["arguments"]["parameters"]
        assert step == {"name": "step", "value": node["name"]}
        assert by_name[node["template"]]["container"]["args"] == [
            "{{inputs.parameters.step}}",
            "--version={{workflow.parameters.version}}",
            "--candidate={{workflow.parameters.candidate}}",
            "--profile={{workflow.parameters.profile}}",
        ]


def test_every_command_of_a_pod_is_one_that_can_be_typed() -> None:
    known = set(tasks.namespace.task_names)
    assert {node["name"] for node in nodes(release_workflow.template(CONFIG, CANDIDATE))} <= known
    for job in (NIGHT, nightly_jobs.check(PINNED)):
        spec = nightly_jobs.cron_workflow(PINNED, IMAGE, job)["spec"]["workflowSpec"]
        [told] = spec["arguments"]["parameters"]
        [container] = nightly_jobs.periodic(PINNED, IMAGE, job)["spec"]["containers"]
        assert {told["value"], container["args"][0]} <= known


def test_steps_that_a_project_does_not_have_are_no_nodes() -> None:
    content = CONFIG.model_dump(exclude_unset=True, by_alias=True)
    del content["bootstrapper"]
    files = deployment.files(Config.model_validate(content), RC)
    names = [node["name"] for node in nodes(yaml.safe_load(files["release-rc.yaml"]))]
    assert "update-bootstrapper" not in names
    assert "build-jupyter" in names


def test_no_two_pods_work_on_the_state_at_once() -> None:
    """The lock of the state folder, which one pod cannot see another hold on its own node, is the cluster's."""
    release = release_workflow.template(CONFIG, CANDIDATE)["spec"]["templates"]
    nightly = nightly_jobs.cron_workflow(PINNED, IMAGE, NIGHT)["spec"]["workflowSpec"]["templates"]
    working = [each for each in (*release, *nightly) if "container" in each]
    assert len(working) == 3
    for each in working:
        assert each["synchronization"] == {"mutexes": [{"name": pods.MUTEX}]}
        assert int(each["activeDeadlineSeconds"]) == CONFIG.deploy.step_hours * 3600


def test_only_the_bootstrapper_has_a_docker_daemon_beside_it() -> None:
    by_name = templates(release_workflow.template(CONFIG, CANDIDATE))
    daemons = [
        node["name"]
        for node in nodes(release_workflow.template(CONFIG, CANDIDATE))
        if by_name[node["template"]].get("sidecars")
    ]
    assert daemons == ["update-bootstrapper"]


def test_a_pod_has_no_rights_of_root_and_secrets_only_by_reference() -> None:
    for pod in (
        release_workflow.template(CONFIG, CANDIDATE)["spec"],
        nightly_jobs.cron_workflow(PINNED, IMAGE, NIGHT)["spec"]["workflowSpec"],
        nightly_jobs.periodic(PINNED, IMAGE, NIGHT)["spec"],
    ):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["serviceAccountName"] == CONFIG.deploy.service_account
    container = pods.container(changed("deploy", **{"smtp-secret": "mail"}), IMAGE, [])
    secret = [each for each in container["env"] if re.search("TOKEN|PASSWORD", each["name"])]
    assert [each["name"] for each in secret] == ["GH_TOKEN", "RELEASE_SMTP_PASSWORD"]
    assert all("value" not in each and "secretKeyRef" in each["valueFrom"] for each in secret)


def test_a_key_file_is_mounted_only_without_workload_identity() -> None:
    content = CONFIG.model_dump(exclude_unset=True, by_alias=True)
    del content["deploy"]["google-account"]
    keyed = Config.model_validate(content)
    assert "GOOGLE_APPLICATION_CREDENTIALS" in str(pods.container(keyed, IMAGE, []))
    assert "gcp-credentials" in str(pods.pod(keyed))
    assert "CREDENTIALS" not in str(pods.container(CONFIG, IMAGE, []))
    assert "gcp-credentials" not in str(pods.pod(CONFIG))


def test_the_container_file_pins_what_it_is_built_from_and_does_not_run_as_root() -> None:
    text = FILES["Containerfile"]
    assert re.findall(r"^FROM (.*)$", text, flags=re.MULTILINE) == [CONFIG.deploy.base]
    assert re.findall(r"^USER (.*)$", text, flags=re.MULTILINE)[-1] == f"{pods.USER}:{pods.USER}"
    assert '"google-cloud-cli=$CLOUD_CLI"' in text


def test_a_nightly_without_a_pinned_image_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"deploy\.image is missing"):
        deployment.nightly_files(CONFIG)


@pytest.mark.parametrize("image", ["release", "release:latest", "release@sha256:12", f"{IMAGE} "])
def test_an_image_is_named_by_its_digest(image: str) -> None:
    with pytest.raises(ValueError, match="deploy"):
        changed("deploy", image=image)


@pytest.mark.parametrize("profile", ["rehearsal", "nowhere", "kubeflow"])
def test_a_pod_runs_for_real_and_with_an_account(profile: str) -> None:
    with pytest.raises(ConfigError, match="a pod requires a profile"):
        deployment.files(changed("deploy", profile=profile), RC)


def test_a_project_without_a_cluster_is_told_so() -> None:
    content = CONFIG.model_dump(exclude_unset=True, by_alias=True)
    for section in ("gcp", "builds"):
        del content[section]
    with pytest.raises(ConfigError, match="which names the cluster"):
        deployment.files(Config.model_validate(content), RC)


@pytest.mark.parametrize(
    "text", ["12345e67", "1.10", "yes", "No", "null", "~", "0x1f", "a: b", "- a", "a #b", ""]
)
def test_a_text_stays_a_text(text: str) -> None:
    written = as_yaml("deploy.render", {"key": text, text: "a"})
    assert yaml.safe_load(written) == {"key": text, text: "a"}
    assert f'"{text}"' in written


# Commands about kubectl's own settings, and about one's own rights, which everybody may ask; and words of options.
ASKS_NOBODY = {"config", "auth"}
OF_OPTIONS = {"json", "name"}


def calls() -> set[tuple[str, str]]:
    """Each kubectl command that asks the cluster, as the source spells it, with the module it is in."""
    found = set()
    for path in (ROOT / "releasing").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if "rehearsal" not in module:
            tree = ast.parse(path.read_text())
            found |= {(module, command) for command in {*commands(tree), *handed_on(tree)}}
    return found


def commands(tree: ast.AST) -> set[str]:
    """The words after kubectl that are no options and stand there as they are."""
    named = {
        ast.unparse(node.targets[0]): node.value.elts
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
    }
    found = set()
    for node in ast.walk(tree):
        words, root = chain(node, named) if isinstance(node, ast.Subscript) else ([], "")
        if words[:1] == ["kubectl"] or "kubectl" in root:
            plain = [word for word in words if not word.startswith("-")]
            found.add(" ".join(word for word in plain if word not in {"kubectl", *OF_OPTIONS}))
    return {command for command in found if command and command.split()[0] not in ASKS_NOBODY}


def chain(node: ast.Subscript, named: dict[str, list[ast.expr]]) -> tuple[list[str], str]:
    """The literal words of `a[...][...]`, those of tuples with a name too, and what it begins with."""
    words: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Subscript):
        parts = inner.slice.elts if isinstance(inner.slice, ast.Tuple) else [inner.slice]
        parts = [each for part in parts for each in named.get(ast.unparse(part), [part])]
        words = [str(part.value) for part in parts if isinstance(part, ast.Constant)] + words
        inner = inner.value
    return words, ast.unparse(inner)


def handed_on(tree: ast.AST) -> set[str]:
    """What lease.py writes with: its `_write` is given the word."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    writes = [call for call in found if ast.unparse(call.func) == "self._write"]
    return {str(call.args[0].value) for call in writes if isinstance(call.args[0], ast.Constant)}


def test_the_role_has_the_verbs_of_the_kubectl_commands_that_run_and_no_others() -> None:
    """A command that is new gets a row in releasing/deployment/rights.py, with the verbs that it needs."""
    assert calls() == {(call.module, call.command) for call in rights.CALLS}


def test_the_role_is_for_named_resources_of_its_own_namespace() -> None:
    [_account, role, binding, _volume] = rights.objects(CONFIG)
    assert {role["kind"], binding["kind"]} == {"Role", "RoleBinding"}
    words = {
        word for rule in role["rules"] for key in ("apiGroups", "resources", "verbs") for word in rule[key]
    }
    assert "*" not in words
    assert not {"delete", "escalate", "impersonate", "bind", "secrets"} & words


def test_the_builds_have_the_parameters_of_the_runbook() -> None:
    serving = CONFIG.builds["tfserving"]
    assert serving.argo
    content = build_workflow.of_step(CONFIG, "build-tfserving", serving.argo)
    told = [each["name"] for each in content["spec"]["arguments"]["parameters"] if "value" not in each]
    assert told == [*PROW, "versionTag"]


@pytest.mark.parametrize("served", ["the key", "another key as well", "another key", "no key"])
def test_only_the_pinned_key_is_trusted_for_packages(tmp_path: Path, served: str) -> None:
    """The commands of the container file, with a server that gives what it likes."""
    home = tmp_path / "keys"
    home.mkdir(mode=0o700)
    environment = {**os.environ, "GNUPGHOME": str(home), "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def ran(*words: str) -> str:
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout

    for name in ("right", "wrong"):
        ran("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", name, "ed25519", "sign")
    fingerprint = next(
        line.split(":")[9]
        for line in ran("gpg", "--with-colons", "--list-keys", "right").splitlines()
        if line.startswith("fpr")
    )
    keys = {"the key": "right", "another key as well": "right wrong", "another key": "wrong", "no key": ""}[
        served
    ]
    armored = ran("gpg", "--armor", "--export", *keys.split()) if keys else ""
    (tmp_path / "served").write_text(armored)
    curl = tmp_path / "curl"
    curl.write_text(f"#!/bin/sh\ncat '{tmp_path}/served'\n")
    curl.chmod(0o755)
    [part] = re.findall(r"export GNUPGHOME=.*?unset GNUPGHOME", FILES["Containerfile"], flags=re.DOTALL)
    keyring = tmp_path / "keyring.gpg"
    script = part.replace("/usr/share/keyrings/cloud.google.gpg", str(keyring))
    words = ["bash", "-o", "pipefail", "-c", f"CLOUD_KEY={fingerprint}; {script}"]
    done = subprocess.run(words, env=environment, capture_output=True, check=False)
    assert (done.returncode == 0) == keys.startswith("right")
    if done.returncode == 0:
        assert "wrong" not in ran("gpg", "--show-keys", str(keyring))
