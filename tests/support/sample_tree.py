"""What tests of the sample project share: its tree, and git as an operator has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from releasing.config.config_file import load
from tests.support.paths import ROOT

CONFIG = load(ROOT / "release.yaml")
TREE = ROOT / "releasing" / "rehearsal" / "sample"
FILES = sorted(path for path in TREE.rglob("*") if path.is_file() and not path.is_symlink())


def git(*words: str | Path) -> str:
    """What a git command prints that must succeed."""
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout.rstrip("\n")
