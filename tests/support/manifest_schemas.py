"""Manifests held against the schemas of Kubernetes, Argo and Prow: unknown fields are refused, too."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from tests.support.paths import DATA

Object = dict[str, Any]

FOLDER = DATA / "deployment"
ARGO = "argoproj.io/v1alpha1"
KUBERNETES = {
    ("v1", "ServiceAccount"): "io.k8s.api.core.v1.ServiceAccount",
    ("v1", "PersistentVolumeClaim"): "io.k8s.api.core.v1.PersistentVolumeClaim",
    ("batch/v1", "CronJob"): "io.k8s.api.batch.v1.CronJob",
    ("rbac.authorization.k8s.io/v1", "Role"): "io.k8s.api.rbac.v1.Role",
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): "io.k8s.api.rbac.v1.RoleBinding",
}


def problem(content: Object) -> str | None:
    """What is wrong with an object, at which path; None when the schema of its kind has nothing against it."""
    version, kind = content.get("apiVersion"), content.get("kind")
    if version == ARGO:
        return _problem(_slice("argo-slice.json"), f"io.argoproj.workflow.v1alpha1.{kind}", content)
    return _problem(_slice("kubernetes-slice.json"), KUBERNETES[str(version), str(kind)], content)


def periodic_problem(content: Object) -> str | None:
    """What is wrong with a periodic job of Prow; its pod is Kubernetes'."""
    definitions = _slice("kubernetes-slice.json") | _slice("prow-slice.json")
    return _problem(definitions, "Periodic", content)


def _problem(definitions: Object, name: str, content: Object) -> str | None:
    assert name in definitions, name
    schema = {"$ref": f"#/definitions/{name}", "definitions": definitions}
    error = best_match(Draft7Validator(schema).iter_errors(content))
    return f"{'/'.join(map(str, error.absolute_path))}: {error.message}" if error else None


def _slice(name: str) -> Object:
    """The definitions of a file, each closed: a field that it does not name is a typing error."""
    definitions: Object = json.loads((FOLDER / name).read_text(encoding="utf-8"))["definitions"]
    return {name: _closed(each) for name, each in definitions.items()}


def _closed(definition: Object) -> Object:
    if definition.get("properties"):
        return {"additionalProperties": False, **definition}
    return definition
