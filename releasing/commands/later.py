"""Modules that are loaded when they are first used: a listing needs the names of the steps, and not what steps do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from pathlib import PurePath
from types import ModuleType

# Invoke shows something for these and runs no task. A run loads everything at once: its threads would race for it.
SHOWING = {"-l", "--list", "-h", "--help", "--complete", "--print-completion-script"}


def is_listing(command_line: Sequence[str]) -> bool:
    """Whether a command line of Invoke, or of scripts/invoke, only asks what there is."""
    program, *words = command_line
    path = PurePath(program)
    ours = path.name in ("-c", "invoke", "inv", "tasks.py") or path.parts[-2:] == ("invoke", "__main__.py")
    return ours and not SHOWING.isdisjoint(word.partition("=")[0] for word in words)


def postpone() -> None:
    """From now on, load modules of ours when one of their names is first asked for."""
    sys.meta_path.insert(0, _Finder)


class _Finder:
    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith("releasing."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.loader and spec.submodule_search_locations is None:
            spec.loader = LazyLoader(spec.loader)
        return spec
