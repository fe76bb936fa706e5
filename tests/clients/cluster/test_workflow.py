"""Waiting for workflows and holding the lock through the real kubectl, against an API server that comes and goes.

The small server of kubernetes_api.py everywhere; kube-apiserver as well where KUBE_APISERVER and ETCD name it.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from releasing.clients.cluster import kubectl
from releasing.clients.cluster.lease import Lease, Times
from releasing.clients.cluster.workflow import create, find
from releasing.errors import CommandError, LockedError
from releasing.shell.programs import Shell
from tests.support.clusters import KINDS, KUBECTL, NAMESPACE, PATIENCE, Cluster, cluster
from tests.support.paths import ROOT
from tests.support.stand_ins import workflow

pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
STARTED = "2018-07-23T10:00:00Z"


@pytest.fixture(params=KINDS, scope="module")
def it(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


def node(phase: str, message: str = "") -> dict[str, Any]:
    return {
        "id": "pod-1",
        "name": "it.build",
        "displayName": "build",
        "type": "Pod",
        "phase": phase,
        "message": message,
    }


def status(phase: str, node_phase: str, message: str = "") -> dict[str, Any]:
    nodes = {"pod-1": node(node_phase, message)}
    over = {} if phase == "Running" else {"finishedAt": "2018-07-23T11:00:00Z"}
    return {"phase": phase, "startedAt": STARTED, "nodes": nodes, **over}


@contextmanager
def waiting(it: Cluster, name: str, *options: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A wait in another process that has seen the workflow run."""
    it.put("create", workflow(name))
    it.change(name, status("Running", "Running"))
    words = [str(ROOT / "scripts" / "wait_for_workflow.py"), name, "-n", NAMESPACE, *options]
    with subprocess.Popen(
        words,
        env=it.environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            until(process, "build: Running")
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], text: str) -> None:
    """Read what the process prints up to a line with `text`."""
    assert process.stdout
    read = []
    for line in process.stdout:
        read.append(line)
        if text in line:
            return
    raise AssertionError("".join(read))


def rest(process: subprocess.Popen[str]) -> str:
    return process.communicate()[0]


def test_a_workflow_that_succeeds_ends_the_wait(it: Cluster) -> None:
    with waiting(it, "succeeds") as process:
        it.change("succeeds", status("Succeeded", "Succeeded"))
        assert "build: Succeeded" in (told := rest(process))
        assert told.endswith(f"workflow succeeds in {NAMESPACE}: Succeeded\n")
    assert process.returncode == 0


@pytest.mark.parametrize("phase", ["Failed", "Error"])
def test_a_workflow_that_ends_otherwise_is_an_error(it: Cluster, phase: str) -> None:
    name = phase.lower()
    with waiting(it, name) as process:
        it.change(name, status(phase, phase, "exit code 3"))
        assert f"workflow {name} in {NAMESPACE}: {phase}\n    build: exit code 3" in rest(process)
    assert process.returncode == 5


def test_the_last_lines_of_a_failed_node_are_shown(it: Cluster) -> None:
    metadata = {
        "name": "a-pod-of-another-name",
        "labels": {"workflows.argoproj.io/workflow": "logged"},
        "annotations": {
            "workflows.argoproj.io/node-name": "it.build",
            "log/main": "".join(f"line {number}\n" for number in range(30)),
        },
    }
    containers = [{"name": name, "image": "one"} for name in ("main", "wait")]
    it.put(
        "create",
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers}},
    )
    with waiting(it, "logged") as process:
        it.change("logged", status("Failed", "Failed"))
        told = rest(process)
    if it.kind == "small":
        assert "build/main | line 9\n" not in told
        assert "build/main | line 29\n" in told
    else:
        # Without a kubelet no container ever ran.
        assert "build/main | the log is empty" in told


def test_a_wait_outlives_the_api_server(it: Cluster) -> None:
    with waiting(it, "outlives") as process:
        it.kill()
        until(process, "kubectl failed and is tried again:")
        it.start()
        until(process, "the cluster answers again")
        it.change("outlives", status("Succeeded", "Succeeded"))
        rest(process)
    assert process.returncode == 0


def test_a_login_that_expires_is_asked_for_and_taken_up(it: Cluster) -> None:
    with waiting(it, "expires") as process:
        it.log_in("expired")
        until(process, "the login to the cluster has expired; in a terminal: gcloud auth login")
        it.log_in()
        until(process, "the cluster answers again")
        it.change("expires", status("Succeeded", "Succeeded"))
        rest(process)
    assert process.returncode == 0


def test_a_key_file_renews_a_login_without_asking_anybody(it: Cluster) -> None:
    good, gcloud, key = it.folder / "good", it.folder / "keyed" / "gcloud", it.folder / "key.json"
    good.write_bytes(it.kubeconfig.read_bytes())
    key.write_text('{"type": "service_account"}')
    gcloud.parent.mkdir()
    gcloud.write_text(f'#!/bin/sh\necho "$*" >"{it.folder}/activated"\ncp "{good}" "{it.kubeconfig}"\n')
    gcloud.chmod(0o755)
    path = f"{gcloud.parent}:{it.environment['PATH']}"
    with waiting(it, "keyed", PATH=path, RELEASE_GCP_CREDENTIALS=str(key)) as process:
        it.log_in("expired")
        until(process, "the login to the cluster had expired, and was renewed")
        it.change("keyed", status("Succeeded", "Succeeded"))
        rest(process)
    assert process.returncode == 0
    assert (it.folder / "activated").read_text() == f"auth activate-service-account --key-file={key}\n"


def test_a_login_that_nobody_renews_ends_the_wait(it: Cluster) -> None:
    with waiting(it, "unrenewed", "--login-timeout", "0.01") as process:
        it.log_in("expired")
        told = rest(process)
        it.log_in()
    assert "hint: log in, then repeat the same command" in told
    assert process.returncode == CommandError.code


def test_a_workflow_that_is_deleted_meanwhile_is_an_error(it: Cluster) -> None:
    with waiting(it, "deleted") as process:
        assert it.kubectl("delete", "workflow", "deleted").returncode == 0
        assert "was deleted before it ended; its last phase was Running, since 2018" in rest(process)
    assert process.returncode == 5


def test_an_older_kubectl_is_asked_for_the_condition(it: Cluster) -> None:
    wrapper = it.folder / "older" / "kubectl"
    wrapper.parent.mkdir()
    says = "error: jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3"
    wrapper.write_text(
        f'#!/bin/sh\ncase "$*" in *jsonpath*) echo "{says}" >&2; exit 1;; esac\n'
        f'echo "$*" >>{it.folder}/asked\nexec {KUBECTL} "$@"\n'
    )
    wrapper.chmod(0o755)
    older = Cluster(it.kind, it.folder, it.port)
    environment = it.environment | {"PATH": f"{wrapper.parent}:{it.environment['PATH']}"}
    it.put("create", workflow("older"))
    it.change("older", status("Running", "Running"))
    with subprocess.Popen(
        [str(ROOT / "scripts" / "wait_for_workflow.py"), "older", "-n", NAMESPACE],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        until(process, "build: Running")
        done = {"conditions": [{"type": "Completed", "status": "True"}]}
        older.change("older", status("Succeeded", "Succeeded") | done)
        rest(process)
    assert process.returncode == 0
    assert "condition=Completed" in (it.folder / "asked").read_text()


@pytest.mark.parametrize(("length", "taken"), [(63, True), (64, False)])
def test_a_label_has_at_most_63_characters(it: Cluster, length: int, taken: bool) -> None:
    content = workflow("n" * length)
    content["metadata"]["labels"] = {"release-tool/step": content["metadata"]["name"]}
    sh = Shell(it.environment)
    if taken:
        assert create(sh, content, NAMESPACE) == "created"
        found = find(sh, content["metadata"]["name"], NAMESPACE)
        assert found
        assert found.labels == content["metadata"]["labels"]
    else:
        with pytest.raises(CommandError, match="must be no more than 63 characters"):
            create(sh, content, NAMESPACE)


def lease(it: Cluster, what: str, shown: list[str], lasts: float = 60.0) -> Lease:
    times = Times(lasts, renewed=0.3)
    return Lease(it.environment, NAMESPACE, what, lambda: what, shown.append, times)


def test_the_lock_has_one_holder(it: Cluster) -> None:
    with lease(it, "release v0.2.1-rc.0", []).held():
        nightly = lease(it, "nightly 20180723", [])
        with pytest.raises(LockedError, match=r"release v0\.2\.1-rc\.0, since 20"), nightly.held():
            pass
    with nightly.held():
        found = it.objects("lease", "release-tool")
        assert ": nightly 20180723, since 20" in found["spec"]["holderIdentity"]
    assert it.objects("lease", "release-tool")["spec"].get("holderIdentity", "") == ""


def wait_until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_lock_outlives_the_api_server(it: Cluster) -> None:
    shown: list[str] = []
    ours = lease(it, "release v0.2.1-rc.0", shown, lasts=2.0)
    with ours.held():
        it.kill()
        wait_until(lambda: shown and ours._problem())
        it.start()
        wait_until(lambda: not ours._problem())
    assert any("could not be renewed" in line for line in shown)


def test_of_two_versions_the_later_is_refused(it: Cluster) -> None:
    it.put("create", workflow("versions"))
    content = it.objects("workflow", "versions")
    it.change("versions", status("Running", "Running"))
    sh = Shell(it.environment)
    with pytest.raises(CommandError) as error:
        sh.read(sh["kubectl"]["replace", "-f", "-"], stdin=json.dumps(content))
    assert kubectl.reason(error.value) == "Conflict"
