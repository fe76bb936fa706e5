"""A release: configuration, version and place, and every name that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from releasing.config import Config, Profile
from releasing.placeholders import filled
from releasing.undertaking import Proposing
from releasing.version import Candidate, Version


@dataclass(frozen=True)
class Release(Proposing):
    """One candidate of a project, or (`final`) the release of one, in one profile.

    `allow_move` is a pattern of image tags that may move to a new digest; `pins` are the releases of operators, by
    name, that release.yaml does not say.
    """

    config: Config
    profile: Profile
    version: Version
    candidate: Candidate
    state: Path
    account: str
    user: str
    allow_move: str = ""
    final: bool = False
    pins: tuple[tuple[str, str], ...] = ()

    @property
    def tag(self) -> str:
        """The git tag that this release ends in."""
        return self.version.tag if self.final else self.candidate.tag

    @property
    def image_tag(self) -> str:
        """The image tag of the version: candidates and final share it (runbook: v${RELEASE})."""
        return self.version.tag

    @property
    def branch(self) -> str:
        """The release branch."""
        return self.version.branch

    @property
    def title(self) -> str:
        """How it is called in one line."""
        return f"{self.config.project} {self.tag}, branch {self.branch}"

    @property
    def purpose(self) -> str:
        """What its changes are made for, as pull requests say it."""
        return f"Release {self.tag}"

    def command(self, recipe: str) -> str:
        """What to type for all of `recipe`."""
        return f"scripts/invoke release.{recipe} --version {self.version}"

    def redo(self, step: str) -> str:
        """What to type to do `step` again although it is done."""
        return f"scripts/invoke {step} --redo, with the same options"

    @property
    def folder(self) -> Path:
        """Everything that this one release keeps on this machine."""
        return self.state / "releases" / self.tag

    @property
    def placeholders(self) -> dict[str, str]:
        """What the names in braces in values of release.yaml stand for."""
        return {"version": str(self.version), "tag": self.image_tag, "branch": self.branch}

    @property
    def milestone(self) -> str:
        """The title of the milestone that blockers are filed under; empty when all of them count."""
        return filled(self.config.blockers.milestone or "", self.placeholders)

    def head(self, step: str) -> str:
        """The branch on origin that carries the change of `step`: the same one on every run."""
        return f"release/{self.tag}/{step}"

    @property
    def outbox(self) -> Path:
        """Where mails are kept."""
        return self.state / "outbox"

    @property
    def images(self) -> tuple[str, ...]:
        """The full names of all images that the release builds."""
        return tuple(f"{self.config.registry}/{name}" for group in self.config.images for name in group.names)
