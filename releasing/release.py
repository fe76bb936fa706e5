"""A release: configuration, version and place, and every name that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from releasing.config import Config, Profile
from releasing.placeholders import filled
from releasing.version import Candidate, Version


@dataclass(frozen=True)
class Release:
    """One candidate of a project, or (`final`) the release of one, in one profile.

    `state` is the folder of the profile's journals, logs and scratch; `account` is the Google account; `user`
    begins the names of workflows; `allow_move` is a pattern of image tags that may move to a new digest.
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
    def slug(self) -> str:
        """The repository on GitHub: OWNER/NAME."""
        return self.config.repository

    @property
    def owner(self) -> str:
        """The repository's owner."""
        return self.slug.split("/", maxsplit=1)[0]

    @property
    def url(self) -> str:
        """Where git finds the repository."""
        return f"https://github.com/{self.slug}.git"

    @property
    def folder(self) -> Path:
        """Everything that this one release keeps on this machine."""
        return self.state / "releases" / self.tag

    @property
    def checkout(self) -> str:
        """Our own clone of the repository; the operator's is never touched."""
        return str(self.state / "checkout")

    @property
    def placeholders(self) -> dict[str, str]:
        """What the names in braces in values of release.yaml stand for."""
        return {"version": str(self.version), "tag": self.image_tag, "branch": self.branch}

    @property
    def milestone(self) -> str:
        """The title of the milestone that blockers are filed under; empty when all of them count."""
        return filled(self.config.blockers.milestone or "", self.placeholders)

    def scratch(self, step: str) -> str:
        """The clone that `step` edits; it is made anew whenever the step runs."""
        return str(self.folder / step)

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
