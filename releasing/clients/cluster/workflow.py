"""An Argo workflow in a cluster: create it once, and read it, through kubectl. workflow_watch.py waits for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from releasing.errors import PreconditionError
from releasing.shell.programs import Shell
from releasing.shell.protocol import Reads

Object = dict[str, Any]

KIND = "Workflow"
API_GROUP = "argoproj.io/"
OVER = ("Succeeded", "Failed", "Error")


@dataclass(frozen=True)
class Node:
    """One step of a workflow: a pod, its phase, and its message; `path` is Argo's name of it."""

    id: str
    path: str
    name: str
    phase: str
    message: str


@dataclass(frozen=True)
class Workflow:
    """A workflow as the cluster has it."""

    name: str
    namespace: str
    uid: str
    created: str
    labels: dict[str, str]
    spec: Object
    phase: str
    since: str
    message: str
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...] = ()  # the values of its output parameters, its nodes' first

    @property
    def title(self) -> str:
        """How messages call it."""
        return title(self.name, self.namespace)

    @property
    def standing(self) -> str:
        """Its phase, and since when."""
        return f"{self.phase or 'not started'}, since {self.since}"


def title(name: str, namespace: str) -> str:
    """How messages call the workflow `name`."""
    return f"workflow {name} in {namespace}"


def is_workflow(content: Object) -> bool:
    """Whether a Kubernetes object is an Argo workflow."""
    return content.get("kind") == KIND and str(content.get("apiVersion")).startswith(API_GROUP)


def find(sh: Reads, name: str, namespace: str) -> Workflow | None:
    """The workflow `name`, or None; raises CommandError when kubectl fails."""
    kubectl = sh["kubectl"]["--request-timeout=30s", "-n", namespace]
    # An empty answer means that the workflow does not exist; every failure stays a failure.
    text = sh.read(kubectl["get", "workflow", name, "--ignore-not-found", "-o", "json"])
    return parsed(json.loads(text), namespace) if text.strip() else None


def create(sh: Shell, content: Object, namespace: str, *, dry_run: bool = False) -> str:
    """Create a workflow unless it exists; returns which of both, in a word or two.

    It is never patched: a finished workflow that is applied again would not run again.
    Raises PreconditionError when another workflow has the name.
    """
    name = content["metadata"]["name"]
    present = find(sh, name, namespace)
    if present is None:
        if dry_run:
            return "would be created"
        sh.read(sh["kubectl"]["-n", namespace, "create", "-f", "-"], stdin=json.dumps(content))
        return "created"
    if present.spec == content.get("spec"):
        return f"already there, {present.standing}"
    raise PreconditionError(
        f"{present.title} already exists with another spec, {present.phase or 'not started'} since {present.since}",
        "give the new workflow another name: --name NAME, or ks param set --env=ENV COMPONENT name NAME",
    )


def parsed(content: Object, namespace: str) -> Workflow:
    """The workflow that kubectl printed."""
    metadata, status = content["metadata"], content.get("status") or {}
    everything = [*(status.get("nodes") or {}).values()]
    pods = [node for node in everything if node.get("type", "Pod") == "Pod"]
    return Workflow(
        name=metadata["name"],
        namespace=metadata.get("namespace", namespace),
        uid=metadata.get("uid", ""),
        created=metadata.get("creationTimestamp", ""),
        labels=metadata.get("labels") or {},
        spec=content.get("spec", {}),
        phase=status.get("phase", ""),
        since=status.get("startedAt") or metadata.get("creationTimestamp", "?"),
        message=status.get("message", ""),
        nodes=tuple(_node(node) for node in pods),
        outputs=tuple(value for each in [*everything, status] for value in _outputs(each)),
    )


def _outputs(node: Object) -> list[str]:
    parameters = (node.get("outputs") or {}).get("parameters") or []
    return [str(each["value"]) for each in parameters if each.get("value")]


def _node(node: Object) -> Node:
    name = node.get("displayName") or node["name"]
    return Node(node.get("id", ""), node["name"], name, node.get("phase", "Pending"), node.get("message", ""))
