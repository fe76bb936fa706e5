"""What many tests begin with is made once in a test session, whichever process needs it first, and copied."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of this test session, which `make` fills; what fails is made anew by who comes next."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once" / name
    folder.parent.mkdir(exist_ok=True)
    whole = folder.with_name(f"{name}.whole")
    with folder.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


def copied(sandbox: Path, to: Path) -> Path:
    """A copy of a sandbox, to be changed; its servers listen at sockets of their own."""
    shutil.copytree(sandbox, to, symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
    return to
