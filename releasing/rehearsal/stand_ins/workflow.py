"""Workflows of the rehearsal's cluster: what one builds, how far it is, and how it ends.

The images of a workflow are pushed before the workflow is written, so that a kill in between is healed by
creating it again. How far it is follows from the time alone; nothing runs in the background.
"""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from releasing.rehearsal.stand_ins import images as registry
from releasing.rehearsal.stand_ins.words import folder_of

Object = dict[str, Any]
SHELLS = ("bash", "sh")
BUILD = "build_image.sh"


@dataclass(frozen=True)
class Task:
    """A node to come: its name, its container, how many tasks come before it, and which it depends on."""

    name: str
    container: Object
    level: int
    needs: tuple[str, ...]


class Exists(Exception):
    """A workflow of that name is in the cluster."""


def create(content: Object) -> Object:
    """Push what the workflow builds and add it to the cluster; gives it as stored. Raises Exists."""
    name = content["metadata"]["name"]
    if _path(name).exists():
        raise Exists(name)
    now = time.time()
    tasks = list(_tasks(content["spec"]))
    ends = _ends(tasks)
    for task in tasks:
        if ends[task.name] == "Succeeded":
            _build(task)
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


def builds(words: list[str]) -> registry.Reference | None:
    """The image that a container's command builds and pushes, from the arguments of build_image.sh.

    They are DOCKERFILE IMAGE TAG … or DOCKERFILE IMAGE:TAG: the scripts of Kubeflow know both.
    """
    plain = _unwrapped(words)
    place = next((index for index, word in enumerate(plain) if Path(word).name == BUILD), None)
    if place is None or len(plain) < place + 3:
        return None
    image, *rest = plain[place + 2 :]
    if ":" in image.rpartition("/")[2]:
        return registry.parse(image)
    return registry.Reference(image, rest[0] if rest else "latest")


def _ends(tasks: list[Task]) -> dict[str, str]:
    """How each task will end: a file in cluster/fail makes it fail, and what depends on it never starts."""
    fail = folder_of("RELEASE_SANDBOX") / "cluster" / "fail"
    ends: dict[str, str] = {}
    for task in tasks:
        unmet = any(ends.get(name, "Succeeded") != "Succeeded" for name in task.needs)
        ends[task.name] = "Omitted" if unmet else "Failed" if (fail / task.name).exists() else "Succeeded"
    return ends


def _build(task: Task) -> None:
    reference = builds([*task.container.get("command", []), *task.container.get("args", [])])
    if reference:
        environment = {each["name"]: each.get("value", "") for each in task.container.get("env", [])}
        registry.push(reference, registry.labels_of(reference, environment.get("PULL_BASE_SHA", "")))


def _unwrapped(words: list[str]) -> list[str]:
    """The words of what `bash -c` would run, or the words themselves."""
    if len(words) > 2 and Path(words[0]).name in SHELLS and words[1].endswith("c"):
        return shlex.split(words[2], comments=True)
    return words


def _tasks(spec: Object) -> Iterator[Task]:
    """The pods that the entrypoint leads to; the exit handler tears down, which leaves no image."""
    templates = {each["name"]: each for each in spec.get("templates", [])}
    yield from _tasks_of(templates, {"name": spec["entrypoint"], "template": spec["entrypoint"]}, 0)


def _tasks_of(templates: dict[str, Object], task: Object, level: int) -> Iterator[Task]:
    template = templates.get(task["template"], {})
    children = template.get("dag", {}).get("tasks", [])
    levels: dict[str, int] = {}
    for child in children:
        # Tasks are mostly declared after what they depend on; one that is not starts early, no more.
        levels[child["name"]] = 1 + max(
            (levels.get(each, 0) for each in child.get("dependencies", [])), default=0
        )
        yield from _tasks_of(templates, child, level + levels[child["name"]] - 1)
    for number, group in enumerate(template.get("steps", [])):
        for child in group:
            yield from _tasks_of(templates, child, level + number)
    if "container" in template:
        yield Task(task["name"], template["container"], level, tuple(task.get("dependencies", [])))


def _with_status(record: Object) -> Object:
    content: Object = record["object"]
    started, seconds = record["started"], record["seconds"]
    tasks = list(_tasks(content["spec"]))
    levels = 1 + max((task.level for task in tasks), default=0)
    passed = time.time() - started
    over = passed >= seconds
    reached = levels if over else passed * levels / seconds
    phases = {task.name: _phase(task, record["ends"][task.name], reached) for task in tasks}
    name = content["metadata"]["name"]
    succeeds = set(record["ends"].values()) <= {"Succeeded"}
    status = {
        "phase": ("Succeeded" if succeeds else "Failed") if over else "Running",
        "startedAt": _stamp(started),
        "finishedAt": _stamp(started + seconds) if over else None,
        "progress": f"{sum(phase == 'Succeeded' for phase in phases.values())}/{len(phases)}",
        "nodes": {f"{name}-{task}": _node(name, task, phase) for task, phase in phases.items()},
    }
    return content | {"status": status}


def _phase(task: Task, end: str, reached: float) -> str:
    if reached < task.level:
        return "Pending"
    return "Running" if reached < task.level + 1 else end


def _node(workflow: str, task: str, phase: str) -> Object:
    node = {"id": f"{workflow}-{task}", "name": f"{workflow}.{task}", "displayName": task, "type": "Pod"}
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
