"""A project for scripts/setup-venv that needs one small package, and people's settings of pip."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from tests.support.paths import ROOT

FILES = {
    "small.py": "",
    "small-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: small\nVersion: 1\n",
    "small-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "small-1.dist-info/RECORD": "",
}
PROJECT = (
    '[project]\nname = "project"\nversion = "1"\ndependencies = ["small"]\n[dependency-groups]\nchecks = []\n'
)


def project(folder: Path) -> Path:
    """The project, and beside it the folder `wheels` with its package."""
    root = folder / "project"
    (root / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "setup-venv", root / "scripts")
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "constraints.txt").write_text("small==1\n")
    (folder / "wheels").mkdir()
    with zipfile.ZipFile(folder / "wheels" / "small-1-py3-none-any.whl", "w") as wheel:
        for name, text in FILES.items():
            wheel.writestr(name, text)
    return root


def set_up(root: Path, configuration: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run setup-venv for somebody with this pip.conf and these variables."""
    home = root.parent / "home"
    (home / ".config" / "pip").mkdir(parents=True)
    (home / ".config" / "pip" / "pip.conf").write_text(configuration)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "XDG_"))}
    environment = {**kept, "HOME": str(home), **variables}
    words = ["sh", str(root / "scripts" / "setup-venv")]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
