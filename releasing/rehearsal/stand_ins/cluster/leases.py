"""Leases of the rehearsal's cluster: created once, replaced only by who names the version that is there."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from releasing.rehearsal.stand_ins.command_grammar import folder_of, write

Object = dict[str, Any]


class Taken(Exception):
    """The lease is there already, or is another version than the one named: the server's reason."""


def create(content: Object) -> Object:
    """Add a lease; gives it as stored. Raises Taken."""
    with _alone() as folder:
        path = _path(folder, content)
        if path.exists():
            raise Taken("AlreadyExists")
        return _stored(path, content, 1)


def replace(content: Object) -> Object:
    """Put `content` in the place of the version that it names, or of any when it names none. Raises Taken.

    A lease that is not there is created, as kube-apiserver does it.
    """
    with _alone() as folder:
        path = _path(folder, content)
        if not path.exists():
            return _stored(path, content, 1)
        version = json.loads(path.read_text(encoding="utf-8"))["metadata"]["resourceVersion"]
        if content["metadata"].get("resourceVersion", version) != version:
            raise Taken("Conflict")
        return _stored(path, content, int(version) + 1)


def read_all(namespace: str) -> list[Object]:
    """Every lease of a namespace."""
    paths = sorted(_folder().glob(f"{namespace}.*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def _stored(path: Path, content: Object, version: int) -> Object:
    metadata = content["metadata"] | {"resourceVersion": str(version)}
    stored = content | {"metadata": metadata}
    write(path, json.dumps(stored, indent=1))
    return stored


def _path(folder: Path, content: Object) -> Path:
    metadata = content["metadata"]
    return folder / f"{metadata['namespace']}.{metadata['name']}.json"


def _folder() -> Path:
    return folder_of("RELEASE_SANDBOX") / "cluster" / "leases"


@contextmanager
def _alone() -> Iterator[Path]:
    """One writer at a time, as the API server sees to it."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
