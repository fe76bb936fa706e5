"""The last lines that the failed nodes of a workflow wrote, as long as their pods exist."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from releasing.clients.cluster.workflow import Node, Workflow
from releasing.errors import CommandError
from releasing.shell.programs import Shell

Object = dict[str, Any]

LINES = 20
OWNER, NODE = "workflows.argoproj.io/workflow", "workflows.argoproj.io/node-name"
# Argo's own container beside the step's tells why a pod ended when the step itself did not end it.
CONTAINERS = ("main", "wait")


def last_lines(sh: Shell, workflow: Workflow, nodes: Iterable[Node]) -> Iterator[str]:
    """The last lines of each of `nodes`, each line under its node's name; or why they cannot be read."""
    failed = tuple(nodes)
    kubectl = sh["kubectl"]["--request-timeout=30s", "-n", workflow.namespace]
    try:
        text = (
            sh.read(kubectl["get", "pods", "-l", f"{OWNER}={workflow.name}", "-o", "json"]) if failed else ""
        )
        pods = json.loads(text)["items"] if text else []
    except CommandError as error:
        yield f"logs cannot be read: {error.cause}"
        return
    for node in failed:
        pod = _pod(pods, node)
        if pod is None:
            yield f"{node.name}: its pod was deleted, and its log with it"
            continue
        for container in CONTAINERS if node.phase == "Error" else CONTAINERS[:1]:
            command = kubectl["logs", pod, "-c", container, f"--tail={LINES}"]
            yield from (f"{node.name}/{container} | {line}" for line in _lines(sh, command))


def _pod(pods: list[Object], node: Node) -> str | None:
    """The name of a node's pod; Argo's name of the node stands on it, and was the pod's own before Argo 3.4."""
    for pod in pods:
        metadata = pod["metadata"]
        if (metadata.get("annotations") or {}).get(NODE, "") == node.path or metadata["name"] == node.id:
            return str(metadata["name"])
    return None


def _lines(sh: Shell, command: Any) -> list[str]:
    try:
        return sh.read(command).splitlines() or ["the log is empty"]
    except CommandError as error:
        return [f"no log: {error.cause}"]
