"""How every program in this folder starts: in the project's environment, with one error boundary.

A program imports `program` from here before anything of `releasing`. Run by hand with any Python it continues
in .venv, which scripts/setup-venv makes on first use.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"


def _has(package: str) -> bool:
    from importlib.util import find_spec

    return find_spec(package) is not None


# Ctrl-C ends a program at once and in silence, also while it is still starting.
signal.signal(signal.SIGINT, signal.SIG_DFL)
if Path(sys.prefix).resolve() != PYTHON.parent.parent and not _has("plumbum"):
    if not PYTHON.exists():
        os.spawnv(os.P_WAIT, "/bin/sh", ["sh", str(ROOT / "scripts" / "setup-venv")])  # noqa: S606
    if PYTHON.exists():
        os.execv(PYTHON, [str(PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

from releasing.errors import MachineError, ReleaseError  # noqa: E402
from releasing.shell import standard_streams  # noqa: E402
from releasing.shell.text.plain_text import keep_streams_plain  # noqa: E402


def program(main: Callable[[], int | None]) -> None:
    """Run `main` and exit with its code; a ReleaseError is shown as a message, never as a traceback.

    What it prints is plain text: names and messages come from strangers.
    """
    standard_streams.ensure()
    keep_streams_plain()
    try:
        code = _code(main)
        sys.stdout.flush()
    except BrokenPipeError:
        code = 1
    except OSError as error:
        code = 1
        with suppress(OSError):
            print(f"{Path(sys.argv[0]).name}: standard output: {error.strerror}", file=sys.stderr, flush=True)
    # All is written by now, and taking the interpreter apart is a tenth of a short program's time.
    os._exit(code)


def _code(main: Callable[[], int | None]) -> int:
    try:
        return main() or 0
    except BrokenPipeError:
        raise
    except ReleaseError as error:
        failure = error
    except OSError as error:
        from releasing.shell.files import told

        failure = told(error)
    except MemoryError:
        failure = MachineError("not enough memory")
    except RecursionError:
        failure = MachineError("something is nested too deeply to be read")
    print(f"{Path(sys.argv[0]).name}: {failure}", file=sys.stderr, flush=True)
    return failure.code
