"""An Argo workflow in a cluster: create it once, read it, wait for any outcome. All through kubectl."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from releasing.errors import CommandError, PreconditionError, UnmetError
from releasing.shell import Shell

Object = dict[str, Any]

KIND = "Workflow"
API_GROUP = "argoproj.io/"
OVER = ("Succeeded", "Failed", "Error")
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 15.0  # seconds between two reads
# What kubectl says of a refusal that asking again does not change.
REFUSALS = ("(Forbidden)", "(Unauthorized)", "have a resource type", "is not installed", "unknown flag")


@dataclass(frozen=True)
class Node:
    """One step of a workflow: a pod, how far it is, and what it says about it."""

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

    @property
    def title(self) -> str:
        """How messages call it."""
        return title(self.name, self.namespace)

    @property
    def standing(self) -> str:
        """How far it is, and since when."""
        return f"{self.phase or 'not started'}, since {self.since}"


def title(name: str, namespace: str) -> str:
    """How messages call the workflow `name`."""
    return f"workflow {name} in {namespace}"


def is_workflow(content: Object) -> bool:
    """Whether a Kubernetes object is an Argo workflow."""
    return content.get("kind") == KIND and str(content.get("apiVersion")).startswith(API_GROUP)


def find(sh: Shell, name: str, namespace: str) -> Workflow | None:
    """The workflow `name`, or None; raises CommandError when kubectl fails."""
    kubectl = sh["kubectl"]["--request-timeout=30s", "-n", namespace]
    # An empty answer says that it is not there; every failure stays a failure.
    text = sh.read(kubectl["get", "workflow", name, "--ignore-not-found", "-o", "json"])
    return parsed(json.loads(text), namespace) if text.strip() else None


def create(sh: Shell, content: Object, namespace: str, *, dry_run: bool = False) -> str:
    """Create a workflow unless it is there; says which, in a word or two.

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
        return "already there"
    raise PreconditionError(
        f"{present.title} is there with another spec, {present.phase or 'not started'} since {present.since}",
        "set another name: ks param set --env=ENV COMPONENT name NAME",
    )


def wait(sh: Shell, name: str, namespace: str, minutes: float, show: Callable[[str], None]) -> Workflow:
    """Wait until the workflow has succeeded, showing each node's changes; any other outcome is an error.

    Raises PreconditionError when it is not there, UnmetError when it failed or time is up. A kubectl that
    fails is asked again, unless the cluster refuses.
    """
    deadline, pause = monotonic() + minutes * 60, FIRST_PAUSE
    seen: Workflow | None = None
    shown: dict[str, str] = {}
    while True:
        found = _read(sh, name, namespace, show)
        if found:
            if seen is None:
                show(f"waiting for {found.title}, since {found.since}")
            _show_changes(found, shown, show)
            seen = found
            if found.phase in OVER:
                return _succeeded(found)
        left = deadline - monotonic()
        if left <= 0:
            raise _late(name, namespace, minutes, seen)
        sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE)


def _read(sh: Shell, name: str, namespace: str, show: Callable[[str], None]) -> Workflow | None:
    """The workflow, or None when kubectl failed this time."""
    try:
        found = find(sh, name, namespace)
    except CommandError as error:
        if any(refusal in error.message for refusal in REFUSALS):
            raise
        show(f"kubectl failed, asking again: {error.message.splitlines()[-1].strip()}")
        return None
    if found is None:
        raise PreconditionError(
            f"there is no {title(name, namespace)}", f"kubectl -n {namespace} get workflows"
        )
    return found


def _show_changes(workflow: Workflow, shown: dict[str, str], show: Callable[[str], None]) -> None:
    for node in workflow.nodes:
        if shown.get(node.name) != node.phase:
            shown[node.name] = node.phase
            show(f"{node.name}: {node.phase}" + (f": {node.message}" if node.message else ""))


def _succeeded(workflow: Workflow) -> Workflow:
    if workflow.phase == "Succeeded":
        return workflow
    failed = [node for node in workflow.nodes if node.phase in ("Failed", "Error")]
    told = [f"\n    {node.name}: {node.message or node.phase}" for node in failed]
    raise UnmetError(
        f"{workflow.title}: {workflow.phase}" + ("".join(told) or f": {workflow.message}"),
        f"kubectl -n {workflow.namespace} get workflow {workflow.name} -o json",
    )


def _late(name: str, namespace: str, minutes: float, seen: Workflow | None) -> UnmetError:
    where = f"is {seen.phase or 'not started'}, since {seen.since}" if seen else "could not be read"
    return UnmetError(
        f"{title(name, namespace)} {where}; waited {minutes:g} minutes",
        "the same command takes the wait up again",
    )


def parsed(content: Object, namespace: str) -> Workflow:
    """The workflow that kubectl printed."""
    metadata, status = content["metadata"], content.get("status") or {}
    pods = [node for node in (status.get("nodes") or {}).values() if node.get("type", "Pod") == "Pod"]
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
    )


def _node(node: Object) -> Node:
    return Node(
        node.get("displayName") or node["name"], node.get("phase", "Pending"), node.get("message", "")
    )
