"""A small project for tests: its release.yaml, its origin as a bare repository, and a release of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from releasing.config.release_yaml import Config
from releasing.release import Release
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.environment import clean_environment
from releasing.shell.programs import Shell
from releasing.version import Candidate, Version
from tests.support.bare_repository import bare_project
from tests.support.local_github import GH, LocalGitHub, local_github
from tests.support.paths import SCRIPTS

VERSION = Version(0, 2, 1)
CONFIG = Config.model_validate(
    {
        "project": "Kubeflow",
        "repository": "kubeflow/kubeflow",
        "registry": "gcr.io/kubeflow-images-public",
        "checks": {"presubmit": ["presubmit"], "postsubmit": ["postsubmit"]},
        "announcement": {"to": "discuss@example.org", "from": "team@example.org"},
        "profiles": {"rehearsal": {"sandbox": ".rehearsal"}},
    }
)

WITH_IMAGE = Config.model_validate(
    CONFIG.model_dump()
    | {
        "bootstrapper": {
            "images": {"pattern": "a", "names": ["a"]},
            "folder": "bootstrap",
            "config": "config.yaml",
        },
        "image_tags": "image_tags.yaml",
    }
)


@dataclass(frozen=True)
class Origin:
    """A release of the project, its bare repository, and a shell whose git finds it under GitHub's URL."""

    release: Release
    bare: Path
    sh: StepShell

    def fetched(self) -> Origin:
        """The same, with our own clone of it brought up to date."""
        checkout = Path(self.release.checkout)
        if not checkout.exists():
            self.sh.run(self.sh["git"]["clone", "--quiet", self.release.url, str(checkout)])
        refs = "+refs/heads/*:refs/remotes/origin/*"
        self.sh.run(self.sh["git"]["-C", str(checkout), "fetch", "--quiet", "--tags", "origin", refs])
        return self


def release_at(state: Path, config: Config = CONFIG) -> Release:
    """The first candidate of 0.2.1, with its state in a folder."""
    profile = config.profiles["rehearsal"]
    return Release(config, profile, VERSION, Candidate(VERSION, 0), state, "ada@example.org", "ada")


def origin_in(folder: Path, environment: dict[str, str] | None = None) -> Origin:
    """A project of two commits, on master and v0.2-branch; `environment` is added to that of commands."""
    bare = bare_project(folder / "github" / "kubeflow" / "kubeflow.git")
    sh = Shell({**clean_environment(), **redirected(folder / "github"), **(environment or {})})
    return Origin(
        release_at(folder / "state"), bare, StepShell(sh, Journal(folder / "journal.jsonl"), "test")
    )


def redirected(github: Path) -> dict[str, str]:
    """The variables with which git finds github.com below the folder `github`, and has an author."""
    settings = {
        f"url.file://{github}/.insteadOf": "https://github.com/",
        "user.name": "Ada",
        "user.email": "ada@example.org",
    }
    variables = {"GIT_CONFIG_COUNT": str(len(settings)), "GIT_CONFIG_NOSYSTEM": "1"}
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


@contextmanager
def hosted(folder: Path) -> Iterator[tuple[Origin, LocalGitHub]]:
    """The project on a local GitHub that the real gh speaks to, with our clone up to date."""
    (folder / "github").mkdir()
    with local_github(folder / "github") as github:
        path = os.pathsep.join([str(GH.parent), github.environment["PATH"], str(SCRIPTS)])
        yield origin_in(folder, {**github.environment, "PATH": path}).fetched(), github
