"""Programs called gcloud for tests: small ones that remember what they were asked, and the real one."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

REAL = shutil.which("gcloud")
needs_gcloud = pytest.mark.skipif(REAL is None, reason="the Google Cloud CLI (gcloud) is not installed")


@dataclass
class Gcloud:
    """A gcloud in a folder of its own, and the environment that finds it."""

    folder: Path

    def says(self, body: str) -> Gcloud:
        """Make it run the shell lines `body`."""
        self.folder.mkdir(exist_ok=True)
        program = self.folder / "gcloud"
        program.write_text(f'#!/bin/sh\necho "$*" >>"{self.folder}/asked"\n{body}\n')
        program.chmod(0o755)
        return self

    @property
    def asked(self) -> list[str]:
        file = self.folder / "asked"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.folder}:/usr/bin:/bin", "HOME": str(self.folder)}


def real_gcloud(folder: Path, token: str = "") -> dict[str, str]:
    """The environment of a real gcloud that knows nobody but, if given, the access token; it stays offline."""
    assert REAL
    (folder / "cloudsdk").mkdir()
    environment = {
        "PATH": f"{Path(REAL).parent}{os.pathsep}/usr/bin:/bin",
        "HOME": str(folder),
        "CLOUDSDK_CONFIG": str(folder / "cloudsdk"),
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "0",
    }
    if token:
        (folder / "token").write_text(token)
        environment["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"] = str(folder / "token")
    return environment
