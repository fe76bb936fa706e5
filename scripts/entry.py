"""How every program in this folder starts: in the project's environment, with one error boundary.

A program imports `program` from here before anything of `releasing`. Run by hand with any Python it continues
in .venv, which scripts/setup-venv makes on first use.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"

# Ctrl-C ends a program at once and in silence, also while it is still starting.
signal.signal(signal.SIGINT, signal.SIG_DFL)
if importlib.util.find_spec("plumbum") is None and Path(sys.prefix).resolve() != PYTHON.parent.parent:
    if not PYTHON.exists():
        os.spawnv(os.P_WAIT, "/bin/sh", ["sh", str(ROOT / "scripts" / "setup-venv")])  # noqa: S606
    if PYTHON.exists():
        os.execv(PYTHON, [str(PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

from releasing.errors import ReleaseError  # noqa: E402


def program(main: Callable[[], int | None]) -> None:
    """Run `main` and exit with its code; a ReleaseError is shown as a message, never as a traceback."""
    try:
        sys.exit(main())
    except ReleaseError as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        sys.exit(error.code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
