"""Waiting for a workflow to any outcome, and scripts/create_context.sh, against kubectl's stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from releasing.clients.cluster.workflow_watch import Watch
from releasing.errors import CommandError, UnmetError
from releasing.shell.programs import Shell
from tests.support.registries import rehearsal_registry
from tests.support.stand_ins import CONTEXT, Sandbox
from tests.support.stand_ins import workflow as content

NAMESPACE = "kubeflow-releasing"
WAIT = ("wait_for_workflow.py", "one", "--namespace", NAMESPACE)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with rehearsal_registry(tmp_path / "registry") as url:
        sandbox = Sandbox(tmp_path, url)
        sandbox.log_in()
        yield sandbox


def create(sandbox: Sandbox) -> None:
    sandbox.output("kubectl", "-n", NAMESPACE, "create", "-f", "-", stdin=json.dumps(content("one")))


def wrap_kubectl(sandbox: Sandbox, script: str) -> None:
    """Put a kubectl first in PATH that runs `script`; `$REAL` is the stand-in."""
    wrapper = sandbox.folder / "bin" / "kubectl"
    wrapper.parent.mkdir()
    stand_in = sandbox.environment["PATH"].split(":")[0] + "/kubectl"
    wrapper.write_text(f"#!/bin/sh\nREAL='{stand_in}'\n{script}\n")
    wrapper.chmod(0o755)
    sandbox.environment["PATH"] = f"{wrapper.parent}:{sandbox.environment['PATH']}"


def told(output: str) -> list[str]:
    """The lines without their times."""
    return [line.partition(" ")[2] for line in output.splitlines()]


def test_what_is_waited_for_is_shown_by_node(sandbox: Sandbox) -> None:
    sandbox.environment["RELEASE_SANDBOX_PACE"] = "600"
    create(sandbox)
    lines = told(sandbox.run(*WAIT, "--timeout", "0").stdout)
    assert lines[0].startswith(f"waiting for workflow one in {NAMESPACE}, since 20")
    assert "build: Pending" in lines


def test_progress_is_shown_until_the_workflow_has_succeeded(sandbox: Sandbox) -> None:
    create(sandbox)
    lines = told(sandbox.output(*WAIT))
    assert "build: Succeeded" in lines
    assert lines[-1] == f"workflow one in {NAMESPACE}: Succeeded"


def test_a_failed_workflow_is_told_with_its_failed_nodes(sandbox: Sandbox) -> None:
    sandbox.fail("build")
    create(sandbox)
    ran = sandbox.run(*WAIT)
    assert ran.returncode == UnmetError.code
    assert "workflow one in kubeflow-releasing: Failed\n    build: failed with exit code 1" in ran.stderr


def test_a_workflow_that_is_not_there_is_a_precondition(sandbox: Sandbox) -> None:
    ran = sandbox.run(*WAIT)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert f"workflow one in {NAMESPACE} does not exist" in ran.stderr


def test_when_time_is_up_the_same_command_takes_the_wait_up_again(sandbox: Sandbox) -> None:
    sandbox.environment["RELEASE_SANDBOX_PACE"] = "600"
    create(sandbox)
    ran = sandbox.run(*WAIT, "--timeout", "0")
    assert ran.returncode == UnmetError.code
    assert "is Running, since 20" in ran.stderr
    assert "repeat the same command, which continues the wait" in ran.stderr


def test_a_kubectl_that_fails_once_is_asked_again(sandbox: Sandbox) -> None:
    create(sandbox)
    mark = sandbox.folder / "asked"
    script = (
        f"""[ -e '{mark}' ] && exec "$REAL" "$@"; touch '{mark}'; echo 'Unable to connect: EOF' >&2; exit 1"""
    )
    wrap_kubectl(sandbox, script)
    lines = sandbox.output(*WAIT).splitlines()
    assert lines[0].endswith("kubectl failed and is tried again: Unable to connect: EOF")
    assert lines[-1].endswith("Succeeded")


@pytest.mark.parametrize("says", ["Error from server (Forbidden): no", "error: (Unauthorized)"])
def test_a_refusal_of_the_cluster_ends_the_wait(sandbox: Sandbox, says: str) -> None:
    wrap_kubectl(sandbox, f'echo "{says}" >&2; exit 1')
    ran = sandbox.run(*WAIT)
    assert ran.returncode == CommandError.code
    assert says in ran.stderr


def test_a_missing_kubectl_is_told_at_once(sandbox: Sandbox) -> None:
    shell = Shell(sandbox.environment | {"PATH": str(sandbox.folder)})
    with pytest.raises(CommandError, match="kubectl is not installed"):
        Watch(shell, "one", NAMESPACE, print)()


def test_an_error_without_failed_nodes_is_told_with_the_workflows_own_message(sandbox: Sandbox) -> None:
    answer = content("one") | {"status": {"phase": "Error", "message": "invalid spec: no entrypoint"}}
    path = sandbox.folder / "answer.json"
    path.write_text(json.dumps(answer))
    wrap_kubectl(sandbox, f"cat {path}")
    ran = sandbox.run(*WAIT)
    assert ran.returncode == UnmetError.code
    assert "Error: invalid spec: no entrypoint" in ran.stderr


def test_a_context_is_made_from_the_current_one(sandbox: Sandbox) -> None:
    sandbox.output("create_context.sh", "a name", NAMESPACE)
    assert sandbox.output("kubectl", "config", "current-context") == "a name\n"
    view = json.loads(sandbox.output("kubectl", "config", "view", "--minify", "-o", "json"))
    assert view["contexts"][0]["context"] == {"cluster": CONTEXT, "user": CONTEXT, "namespace": NAMESPACE}


def test_the_current_context_is_rewritten_when_it_is_named(sandbox: Sandbox) -> None:
    sandbox.output("create_context.sh", CONTEXT, NAMESPACE)
    assert sandbox.output("kubectl", "config", "get-contexts", "-o", "name") == f"{CONTEXT}\n"
    path = "jsonpath={.contexts[0].context.namespace}"
    assert sandbox.output("kubectl", "config", "view", "--minify", "-o", path) == NAMESPACE


@pytest.mark.parametrize("words", [[], ["one"], ["", "two"], ["a", "b", "c"]])
def test_create_context_wants_a_name_and_a_namespace(sandbox: Sandbox, words: list[str]) -> None:
    ran = sandbox.run("create_context.sh", *words)
    assert (ran.returncode, ran.stderr) == (2, "usage: create_context.sh NAME NAMESPACE\n")


def test_without_a_current_context_none_is_made(sandbox: Sandbox) -> None:
    (sandbox.folder / "kubeconfig").unlink()
    ran = sandbox.run("create_context.sh", "one", "two")
    assert (ran.returncode, ran.stderr) == (1, "error: current-context is not set\n")
    assert not (sandbox.folder / "kubeconfig").exists()
