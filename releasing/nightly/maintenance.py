"""Work on the nightly release beside its nights: a new workflow, a look at all of them, old tags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from releasing.config.nightly_section import Nightly
from releasing.config.release_yaml import Config, Profile
from releasing.release import ProposingRelease
from releasing.runbook.step import present


@dataclass(frozen=True)
class NightlyTask(ProposingRelease):
    """One such piece of work: `task` is the command, `name` what it is about."""

    config: Config
    profile: Profile
    state: Path
    task: str
    name: str = ""
    account: str = ""
    user: str = ""

    @property
    def title(self) -> str:
        """How it is called in one line."""
        return f"{self.config.project}, {self.tag}"

    @property
    def tag(self) -> str:
        """What branches, labels and locks call it."""
        return f"{self.task} {self.name}".strip()

    @property
    def folder(self) -> Path:
        """Everything that this work keeps on this machine."""
        return self.state / "nightly" / self.name

    @property
    def branch(self) -> str:
        """No release branch plays a part."""
        return ""

    @property
    def purpose(self) -> str:
        """What its changes are made for, as pull requests say it."""
        return "Image auto release"

    def head(self, step: str) -> str:
        """The branch on origin that carries the change."""
        return f"nightly/{self.name}/{step}"

    def command(self, recipe: str) -> str:  # noqa: ARG002 - there is one
        """What to type for all of it."""
        return f"scripts/invoke {self.tag}, with the same options"

    def redo(self, step: str) -> str:
        """What to type to do it again."""
        return self.command(step)

    @property
    def settings(self) -> Nightly:
        """The section `nightly` of release.yaml."""
        return present(self.config.nightly)
