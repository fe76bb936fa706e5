"""The time and the user for records."""

from __future__ import annotations

import getpass
import os
import socket
from datetime import UTC, datetime


def now() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def operator() -> str:
    """Who runs this: user@host."""
    return f"{os.environ.get('USER') or getpass.getuser()}@{socket.gethostname()}"
