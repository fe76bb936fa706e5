"""Where the project is: its root, its programs, and the data of tests."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = ROOT / "scripts"
DATA = ROOT / "tests" / "data"
