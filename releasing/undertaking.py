"""What a release of a version and a nightly release share: a project in one profile, and where it keeps things."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from releasing.config import Config, Profile


class Undertaking(ABC):
    """A release of some kind, as recipes, steps and the runner see it.

    `state` is the folder of the profile's journals, logs and scratch; `account` is the Google account; `user`
    begins the names of workflows.
    """

    config: Config
    profile: Profile
    state: Path
    account: str
    user: str
    pushes: ClassVar[bool] = True  # to the repository: branches, tags, pull requests

    @property
    @abstractmethod
    def title(self) -> str:
        """How it is called in one line."""

    @property
    @abstractmethod
    def tag(self) -> str:
        """What branches, labels and locks call it: v0.2.1-rc.0."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Everything that this one release keeps on this machine."""

    @abstractmethod
    def command(self, recipe: str) -> str:
        """What to type for all of `recipe`."""

    @abstractmethod
    def redo(self, step: str) -> str:
        """What to type to do `step` again although it is done."""

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
    def checkout(self) -> str:
        """Our own clone of the repository; the operator's is never touched."""
        return str(self.state / "checkout")

    @property
    def namespace(self) -> str:
        """The namespace of the cluster that builds run in."""
        return self.config.gcp.namespace if self.config.gcp else "default"

    def scratch(self, step: str) -> str:
        """The clone that `step` edits; it is made anew whenever the step runs."""
        return str(self.folder / step)


class Proposing(Undertaking):
    """An undertaking whose changes reach origin in pull requests."""

    @property
    @abstractmethod
    def branch(self) -> str:
        """The release branch; empty when the undertaking has none."""

    @property
    @abstractmethod
    def purpose(self) -> str:
        """What its changes are made for, as pull requests say it."""

    @abstractmethod
    def head(self, step: str) -> str:
        """The branch on origin that carries the change of `step`: the same one on every run."""
