"""The rights of this tool in its namespace: for each kubectl command that it runs, the required verbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from releasing.config.release_yaml import Config
from releasing.deployment.pods import STATE, namespace, profile

Object = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A kind of object in the rules of a role."""

    group: str
    name: str


@dataclass(frozen=True)
class KubectlCall:
    """A kubectl command as its module writes it, and the verbs that the cluster must allow for it."""

    module: str
    command: str
    resource: Resource
    verbs: tuple[str, ...]


WORKFLOWS = Resource("argoproj.io", "workflows")
PODS = Resource("", "pods")
LOGS = Resource("", "pods/log")
NAMESPACES = Resource("", "namespaces")
LEASES = Resource("coordination.k8s.io", "leases")
RESULTS = Resource("argoproj.io", "workflowtaskresults")

# A test reads the command lines from the modules, and fails when this list lacks one or has one too many.
CALLS = (
    KubectlCall("releasing.preflight.cloud_access", "get namespace", NAMESPACES, ("get",)),
    KubectlCall("releasing.clients.cluster.workflow", "get workflow", WORKFLOWS, ("get",)),
    KubectlCall("releasing.clients.cluster.workflow", "create", WORKFLOWS, ("create",)),
    KubectlCall("releasing.builds.submission", "get workflow", WORKFLOWS, ("get",)),
    KubectlCall("releasing.builds.submission", "get workflows", WORKFLOWS, ("list",)),
    KubectlCall("releasing.clients.cluster.workflow_watch", "wait", WORKFLOWS, ("get", "list", "watch")),
    KubectlCall("releasing.clients.cluster.workflow_logs", "get pods", PODS, ("list",)),
    KubectlCall("releasing.clients.cluster.workflow_logs", "logs", PODS, ("get",)),
    KubectlCall("releasing.clients.cluster.workflow_logs", "logs", LOGS, ("get",)),
    KubectlCall("releasing.clients.cluster.lease", "get lease", LEASES, ("get",)),
    KubectlCall("releasing.clients.cluster.lease", "create", LEASES, ("create",)),
    KubectlCall("releasing.clients.cluster.lease", "replace", LEASES, ("get", "update")),
)
# What Argo's own container in each pod reports to the controller (Argo 3.4 and later).
EXECUTOR = ((RESULTS, ("create", "patch")),)


def rules() -> list[Object]:
    """The rules of the role: a row for each resource, with only the verbs that are needed."""
    verbs: dict[Resource, set[str]] = {}
    for resource, needed in (*((call.resource, call.verbs) for call in CALLS), *EXECUTOR):
        verbs.setdefault(resource, set()).update(needed)
    return [
        {"apiGroups": [each.group], "resources": [each.name], "verbs": sorted(verbs[each])}
        for each in sorted(verbs, key=lambda each: (each.group, each.name))
    ]


def objects(config: Config) -> list[Object]:
    """The service account, its role, and the volume that keeps the state."""
    name, where = config.deploy.service_account, namespace(config)
    metadata = {"name": name, "namespace": where}
    identity = config.deploy.google_account
    annotated = metadata | ({"annotations": {"iam.gke.io/gcp-service-account": identity}} if identity else {})
    rbac = "rbac.authorization.k8s.io"
    # kubectl in a pod is logged in through gcloud, so the cluster sees the Google account, not the pod's account.
    subjects = [
        {"kind": "ServiceAccount", "name": name, "namespace": where},
        {"kind": "User", "apiGroup": rbac, "name": profile(config).account},
    ]
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": annotated},
        {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": metadata, "rules": rules()},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": name},
            "subjects": subjects,
        },
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": STATE, "namespace": where},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": config.deploy.storage}},
            },
        },
    ]
