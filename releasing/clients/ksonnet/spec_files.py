"""Environments of apps up to ks 0.8 (apiVersion 0.0.1): environments/NAME/spec.json, and nothing in app.yaml."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from releasing.errors import ConfigError
from releasing.shell.files import replace_text

FILE = "spec.json"


def destinations(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Name, server and namespace of each environment of the app in `folder`; ConfigError for a damaged file."""
    environments = folder / "environments"
    for path in sorted(environments.rglob(FILE)):
        spec = read(path)
        yield (
            path.parent.relative_to(environments).as_posix(),
            spec["server"],
            spec.get("namespace", "default"),
        )


def read(path: Path) -> dict[str, str]:
    """What a spec.json says."""
    try:
        spec = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    texts = isinstance(spec, dict) and all(isinstance(value, str) for value in spec.values())
    if not texts or not spec.get("server"):
        raise ConfigError(f'{path}: expected {{"server": URL, "namespace": NAME}}')
    return {str(key): value for key, value in spec.items()}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Write a spec.json as ks 0.8 does."""
    replace_text(path, json.dumps(values, indent=2) + "\n")
