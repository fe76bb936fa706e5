"""Workflows of the rehearsal's cluster: what one builds, how far it is, and how it ends.

The images of a workflow are pushed before the workflow is written, so that a kill in between is healed by
creating it again. How far it is follows from the time alone; nothing runs in the background.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from releasing.clients.cluster.built_images import built_by
from releasing.clients.cluster.workflow_pods import Pod, pods_of
from releasing.rehearsal.stand_ins import pushed_images
from releasing.rehearsal.stand_ins.command_grammar import folder_of

Object = dict[str, Any]


class Exists(Exception):
    """A workflow of that name is in the cluster."""


def create(content: Object) -> Object:
    """Push what the workflow builds and add it to the cluster; gives it as stored. Raises Exists."""
    name = content["metadata"]["name"]
    if _path(name).exists():
        raise Exists(name)
    now = time.time()
    pods = list(pods_of(content))
    ends = _ends(pods)
    for pod in pods:
        if ends[pod.name] == "Succeeded":
            _build(pod)
    metadata = {"creationTimestamp": _stamp(now), "generation": 1, "resourceVersion": str(int(now))}
    stored = content | {"metadata": metadata | content["metadata"]}
    pace = float(os.environ.get("RELEASE_SANDBOX_PACE") or 0.3)
    record = {"object": stored, "started": now, "seconds": pace, "ends": ends}
    _write_once(_path(name), json.dumps(record, indent=1))
    return stored


def read(name: str, namespace: str) -> Object | None:
    """The workflow `name` as it stands now, or None."""
    path = _path(name)
    found = _with_status(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
    return found if found and found["metadata"].get("namespace") == namespace else None


def read_all(namespace: str) -> list[Object]:
    """Every workflow of a namespace."""
    names = sorted(path.stem for path in _path("*").parent.glob("*.json"))
    return [found for name in names if (found := read(name, namespace))]


def _ends(pods: list[Pod]) -> dict[str, str]:
    """How each pod will end: a file in cluster/fail makes it fail, and what depends on it never starts."""
    fail = folder_of("RELEASE_SANDBOX") / "cluster" / "fail"
    ends: dict[str, str] = {}
    for pod in pods:
        unmet = any(ends.get(name, "Succeeded") != "Succeeded" for name in pod.needs)
        ends[pod.name] = "Omitted" if unmet else "Failed" if (fail / pod.name).exists() else "Succeeded"
    return ends


def _build(pod: Pod) -> None:
    environment = {each["name"]: each.get("value", "") for each in pod.container.get("env", [])}
    for image in built_by(pod.container):
        reference = pushed_images.PushedReference(image.name, image.tag)
        pushed_images.push(
            reference, pushed_images.labels_of(reference, environment.get("PULL_BASE_SHA", ""))
        )


def _with_status(record: Object) -> Object:
    content: Object = record["object"]
    started, seconds = record["started"], record["seconds"]
    pods = list(pods_of(content))
    levels = 1 + max((pod.level for pod in pods), default=0)
    passed = time.time() - started
    over = passed >= seconds
    reached = levels if over else passed * levels / seconds
    phases = {pod.name: _phase(pod, record["ends"][pod.name], reached) for pod in pods}
    name = content["metadata"]["name"]
    succeeds = set(record["ends"].values()) <= {"Succeeded"}
    status = {
        "phase": ("Succeeded" if succeeds else "Failed") if over else "Running",
        "startedAt": _stamp(started),
        "finishedAt": _stamp(started + seconds) if over else None,
        "progress": f"{sum(phase == 'Succeeded' for phase in phases.values())}/{len(phases)}",
        "nodes": {f"{name}-{pod}": _node(name, pod, phase) for pod, phase in phases.items()},
    }
    return content | {"status": status}


def _phase(pod: Pod, end: str, reached: float) -> str:
    if reached < pod.level:
        return "Pending"
    return "Running" if reached < pod.level + 1 else end


def _node(workflow: str, pod: str, phase: str) -> Object:
    node = {"id": f"{workflow}-{pod}", "name": f"{workflow}.{pod}", "displayName": pod, "type": "Pod"}
    message = {"message": "failed with exit code 1"} if phase == "Failed" else {}
    return node | {"phase": phase} | message


def _path(name: str) -> Path:
    return folder_of("RELEASE_SANDBOX") / "cluster" / "workflows" / f"{name}.json"


def _stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _write_once(path: Path, text: str) -> None:
    """Write a file whole, or raise Exists: of two that create the same workflow one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    try:
        os.link(scratch, path)
    except FileExistsError:
        raise Exists(path.stem) from None
    finally:
        scratch.unlink()
