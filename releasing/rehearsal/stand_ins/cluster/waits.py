"""`kubectl wait` and `kubectl logs` of the stand-in."""

from __future__ import annotations

import re
import time
from typing import Any

from releasing.rehearsal.stand_ins.cluster import cluster_pods, objects, resources
from releasing.rehearsal.stand_ins.command_grammar import ProgramRefusal, Words

Object = dict[str, Any]

PAUSE = 0.05  # seconds between two looks
CONDITION = re.compile(r"jsonpath=\{((?:\.\w+)+)\}|condition=Completed")
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def wait(words: Words, namespace: str) -> None:
    """Return when a field of the object is there; raises Refusal when the time is up."""
    wanted = CONDITION.fullmatch(words.last("--for").replace("'", ""))
    if not wanted:
        raise ProgramRefusal(f'error: unrecognized condition: "{words.last("--for")}"')
    keys = (wanted[1] or ".status.finishedAt").split(".")[1:]
    deadline = time.monotonic() + _seconds(words.last("--timeout", "30s"))
    kind, found = objects.find(words, namespace)
    name = f"{kind.title}/{found['metadata']['name']}"
    while not _at(found, keys):
        if time.monotonic() >= deadline:
            raise ProgramRefusal(
                f"error: timed out waiting for the condition on {kind.plural}/{name.split('/')[1]}"
            )
        time.sleep(PAUSE)
        kind, found = objects.find(words, namespace)
    print(f"{name} condition met")


def logs(words: Words, namespace: str) -> None:
    """Print the last lines that a container of a pod wrote; raises Refusal."""
    if len(words.positional) != 1:
        raise ProgramRefusal("error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.")
    name = words.positional[0].removeprefix("pod/")
    found = [pod for pod in cluster_pods.read_all(namespace) if pod["metadata"]["name"] == name]
    if not found:
        raise ProgramRefusal(objects.not_found(resources.POD, name))
    container = words.last("--container", "main")
    if container not in cluster_pods.CONTAINERS:
        raise ProgramRefusal(f"error: container {container} is not valid for pod {name}")
    tail = int(words.last("--tail", "-1"))
    lines = cluster_pods.log(found[0], container)
    print("".join(f"{line}\n" for line in (lines[-tail:] if tail > 0 else lines)), end="")


def _at(content: Object, keys: list[str]) -> Any:
    value: Any = content
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _seconds(text: str) -> float:
    found = DURATION.fullmatch(text)
    if not found:
        raise ProgramRefusal(
            f'error: invalid argument "{text}" for "--timeout" flag: time: invalid duration "{text}"'
        )
    return float(found[1]) * SECONDS[found[2]]
