"""What many tests begin with is made once in a test session, whichever process needs it first, and copied."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of this test session, which `make` fills; when that fails, it fails for all who need it."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once" / name
    folder.parent.mkdir(exist_ok=True)
    whole = folder.with_name(f"{name}.whole")
    with folder.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            make(folder)
            whole.touch()
    assert whole.exists(), f"{name} could not be made: look at the first test that needed it"
    return folder


def copied(sandbox: Path, to: Path) -> Path:
    """A copy of a sandbox, to be changed; without sockets, and without what notes commands."""
    shutil.copytree(sandbox, to, symlinks=True, ignore=_not_of_the_world(sandbox))
    return to


def _not_of_the_world(sandbox: Path) -> Callable[[str, list[str]], set[str]]:
    def ignored(folder: str, names: list[str]) -> set[str]:
        noting = {"bin", "commands"} if Path(folder) == sandbox else set()
        return noting | {name for name in names if name.endswith(".sock")}

    return ignored
