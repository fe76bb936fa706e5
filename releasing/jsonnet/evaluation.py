"""Jsonnet evaluated by a program of its own: without our environment, within bounds of time and memory."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from releasing.errors import ConfigError
from releasing.shell.programs import Shell

ROOT = Path(__file__).resolve().parent.parent.parent
MEMORY = 1 << 30  # bytes
SECONDS, WHOLE = 30.0, 120.0  # for one snippet, and for all of a call
DEEPEST = 100  # levels of a value; a Kubernetes object has some twenty
Value = Any


@dataclass(frozen=True)
class Snippet:
    """Jsonnet to evaluate: `path` names it, and is read when there is no `text`.

    Imports are looked for in `folders` and `copies` (folders by the beginning of a name), but stay below `root`;
    without one nothing is imported. What `given` has comes before any file. `variables` are external code.
    """

    path: str
    text: str | None = None
    root: str = ""
    folders: tuple[str, ...] = ()
    copies: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluated:
    """What a snippet evaluates to, as JSON; or why it does not, as jsonnet says it."""

    value: str = ""
    failure: str = ""


def evaluated(snippets: Sequence[Snippet], seconds: float = SECONDS, memory: int = MEMORY) -> list[Evaluated]:
    """Evaluate `snippets` one after the other; raises CommandError when the program cannot be started."""
    if not snippets:
        return []
    asked = {
        "snippets": [asdict(each) for each in snippets],
        "seconds": seconds,
        "whole": max(WHOLE, seconds),
        "memory": memory,
    }
    sh = Shell({"PATH": os.defpath, "LC_ALL": "C.UTF-8", "GOTRACEBACK": "none"})
    answers = sh.read(sh[sys.executable]["-I", "-S", "-c", _program()], stdin=json.dumps(asked))
    return [Evaluated(**json.loads(line)) for line in answers.splitlines()]


def _program() -> str:
    """The worker, which finds its modules where this process has found them."""
    places = [str(ROOT), *(each for each in sys.path if each and Path(each).is_absolute())]
    return f"import sys; sys.path[:] = {places!r}; from releasing.jsonnet.worker import main; main()"


def value_of(text: str, where: object) -> Value:
    """The value in `text`, which is JSON of the file `where`; raises ConfigError when it is nested too deeply."""
    try:
        value = json.loads(text)
    except RecursionError:
        value = ()
    if value == () or _depth_passes(value, DEEPEST):
        raise ConfigError(f"{where}: evaluates to a value with more than {DEEPEST} levels")
    return value


def _depth_passes(value: Value, most: int) -> bool:
    level = [value]
    for _ in range(most):
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [
            one for each in inner if isinstance(each, Iterable) and not isinstance(each, str) for one in each
        ]
        if not level:
            return False
    return True
