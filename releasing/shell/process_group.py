"""Ends a program together with all programs that it started."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import Any

GRACE = 5.0  # seconds between interrupt, terminate and kill


def end(process: Any) -> None:
    """Interrupt, terminate, then kill the whole group of `process`, waiting between."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        if _ended(process):
            return


def _ended(process: Any) -> bool:
    """Whether `process` and its whole group end within the grace period."""
    deadline = time.monotonic() + GRACE
    while process.poll() is None or _has_members(process.pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _has_members(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
