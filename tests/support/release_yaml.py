"""A release.yaml with settings of registries, and the way to registries that are elsewhere by name only."""

from __future__ import annotations

from pathlib import Path

import pytest

GOOD = """\
project: Kubeflow
repository: kubeflow/kubeflow
registry: gcr.io/kubeflow-images-public
announcement: {to: discuss@example.org, from: team@example.org}
profiles: {rehearsal: {sandbox: .rehearsal}}
"""


def release_yaml(folder: Path, settings: str = "") -> dict[str, str]:
    """Write a valid release.yaml with `settings` at its end; gives the variable that names it."""
    path = folder / "release.yaml"
    path.write_text(GOOD + settings)
    return {"RELEASE_CONFIG": str(path)}


def through(patch: pytest.MonkeyPatch, url: str) -> None:
    """Send plain HTTP for every host that is not this machine to the server at `url`, as to a proxy."""
    for name in (
        "no_proxy",
        "NO_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ):
        patch.delenv(name, raising=False)
    patch.setenv("http_proxy", url)
