"""Which release.yaml is in use: the one that RELEASE_CONFIG names, else the tool's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "RELEASE_CONFIG"
OWN = Path(__file__).resolve().parent.parent.parent / "release.yaml"


def config_path(environment: Mapping[str, str]) -> Path:
    """The path of release.yaml for a process with `environment`."""
    return Path(environment.get(VARIABLE) or OWN)


def carried(environment: Mapping[str, str]) -> dict[str, str]:
    """The variable with which programs in any folder use the same file as this process."""
    return {VARIABLE: str(config_path(environment).absolute())}
