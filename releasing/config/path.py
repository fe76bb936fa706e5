"""Which release.yaml is in use, and which of its profiles, as the environment says; else the tool's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "RELEASE_CONFIG"
REHEARSAL = "rehearsal"
OWN = Path(__file__).resolve().parent.parent.parent / "release.yaml"


def config_path(environment: Mapping[str, str]) -> Path:
    """The path of release.yaml for a process with `environment`."""
    return Path(environment.get(VARIABLE) or OWN)


def profile_name(given: str, environment: Mapping[str, str]) -> str:
    """The name of the profile: the one that is `given`, else that of RELEASE_PROFILE, else the rehearsal."""
    return given or environment.get("RELEASE_PROFILE") or REHEARSAL


def carried(environment: Mapping[str, str]) -> dict[str, str]:
    """The variable with which programs in any folder use the same file as this process."""
    return {VARIABLE: str(config_path(environment).absolute())}
