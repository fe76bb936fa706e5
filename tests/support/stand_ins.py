"""A sandbox with the stand-ins first in PATH, a real registry, and a way to run programs in it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.support.paths import ROOT

STAND_INS = ROOT / "releasing" / "rehearsal" / "bin"
CONTEXT = "gke_kubeflow-releasing_us-central1-a_kubeflow-releasing"


@dataclass
class Sandbox:
    """A folder, a registry, and the environment in which the stand-ins act on both."""

    folder: Path
    registry: str
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.environment = {
            "PATH": os.pathsep.join([str(STAND_INS), str(ROOT / "scripts"), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "RELEASE_SANDBOX": str(self.folder / "sandbox"),
            "RELEASE_SANDBOX_REGISTRY": self.registry,
            "RELEASE_SANDBOX_PACE": "0",
            "CLOUDSDK_CONFIG": str(self.folder / "gcloud"),
            "KUBECONFIG": str(self.folder / "kubeconfig"),
        }

    def run(self, *words: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            input=stdin,
            cwd=cwd or self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def output(self, *words: str, stdin: str = "", cwd: Path | None = None) -> str:
        """What a program prints that must succeed."""
        ran = self.run(*words, stdin=stdin, cwd=cwd)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def log_in(self) -> None:
        """Log in and choose the cluster, as the runbook says."""
        self.output("gcloud", "auth", "login", "operator@kubeflow.org")
        self.output(
            *("gcloud", "container", "clusters", "get-credentials", "kubeflow-releasing"),
            *("--zone", "us-central1-a", "--project", "kubeflow-releasing"),
        )

    def tags(self, repository: str) -> list[str]:
        """The tags of a repository in the registry, as the registry itself says."""
        with urlopen(f"{self.registry}/v2/{repository}/tags/list") as answer:
            return sorted(json.load(answer)["tags"])

    def fail(self, node: str) -> None:
        """Make a node of every workflow to come fail."""
        path = self.folder / "sandbox" / "cluster" / "fail" / node
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def workflow(name: str, tag: str = "v20180723-01234567") -> dict[str, Any]:
    """A workflow that builds one image after a checkout."""
    build = [
        "/bin/bash",
        "-c",
        f"/src/build_image.sh /src/Dockerfile gcr.io/kubeflow-images-public/one {tag}",
    ]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name, "namespace": "kubeflow-releasing"},
        "spec": {
            "entrypoint": "all",
            "templates": [
                {
                    "name": "all",
                    "dag": {
                        "tasks": [
                            {"name": "checkout", "template": "checkout"},
                            {"name": "build", "template": "build", "dependencies": ["checkout"]},
                        ]
                    },
                },
                {"name": "checkout", "container": {"command": ["checkout.sh"], "image": "worker"}},
                {
                    "name": "build",
                    "container": {
                        "command": build,
                        "env": [{"name": "PULL_BASE_SHA", "value": "01234567"}],
                        "image": "worker",
                    },
                },
            ],
        },
    }
