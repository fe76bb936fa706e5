"""Pods of the rehearsal's cluster: one for each node of a workflow that has started, with a short log."""

from __future__ import annotations

from typing import Any

from releasing.rehearsal.stand_ins.cluster import cluster_workflow

Object = dict[str, Any]
STARTED = ("Running", "Succeeded", "Failed")
CONTAINERS = ("main", "wait")


def read_all(namespace: str) -> list[Object]:
    """Every pod of a namespace, labelled and annotated as Argo does it."""
    return [
        _pod(each, node)
        for each in cluster_workflow.read_all(namespace)
        for node in each["status"]["nodes"].values()
        if node["phase"] in STARTED
    ]


def log(pod: Object, container: str) -> list[str]:
    """The lines that a container wrote."""
    name, phase = pod["metadata"]["annotations"]["workflows.argoproj.io/node-name"], pod["status"]["phase"]
    if container == "wait":
        return [f"waiting for {name}"]
    return [f"{name}: started"] + ([f"{name}: {phase.lower()}"] if phase != "Running" else [])


def _pod(owner: Object, node: Object) -> Object:
    metadata = owner["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": node["id"],
            "namespace": metadata["namespace"],
            "labels": {"workflows.argoproj.io/workflow": metadata["name"]},
            "annotations": {"workflows.argoproj.io/node-name": node["name"]},
        },
        "spec": {"containers": [{"name": name} for name in CONTAINERS]},
        "status": {"phase": node["phase"]},
    }
