"""The kinds of objects that the rehearsal's cluster has: how kubectl calls each, and where they are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from releasing.rehearsal.stand_ins.cluster import cluster_pods, cluster_workflow, leases

Object = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of object: its names on the command line, its API, and what lists, adds and replaces its objects.

    `create` and `replace` raise Taken with the server's reason; a kind without them is the cluster's own.
    """

    names: tuple[str, ...]
    title: str
    plural: str
    kind: str
    version: str
    required: str
    read_all: Callable[[str], list[Object]]
    create: Callable[[Object], Object] | None = None
    replace: Callable[[Object], Object] | None = None


def _create_workflow(content: Object) -> Object:
    try:
        return cluster_workflow.create(content)
    except cluster_workflow.Exists:
        raise leases.Taken("AlreadyExists") from None


WORKFLOW = Kind(
    ("workflow", "workflows", "wf", "workflows.argoproj.io", "workflow.argoproj.io"),
    "workflow.argoproj.io",
    "workflows.argoproj.io",
    "Workflow",
    "argoproj.io/v1alpha1",
    "entrypoint",
    cluster_workflow.read_all,
    _create_workflow,
)
LEASE = Kind(
    ("lease", "leases", "leases.coordination.k8s.io"),
    "lease.coordination.k8s.io",
    "leases.coordination.k8s.io",
    "Lease",
    "coordination.k8s.io/v1",
    "",
    leases.read_all,
    leases.create,
    leases.replace,
)
POD = Kind(("pod", "pods", "po"), "pod", "pods", "Pod", "v1", "", cluster_pods.read_all)
KINDS = (WORKFLOW, LEASE, POD)


def named(name: str) -> Kind | None:
    """The kind that a word of a command line names."""
    return next((kind for kind in KINDS if name in kind.names), None)


def of(content: Object) -> Kind | None:
    """The kind of an object."""
    version = (content.get("kind"), content.get("apiVersion"))
    return next((kind for kind in KINDS if (kind.kind, kind.version) == version), None)
