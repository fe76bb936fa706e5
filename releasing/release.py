"""A release: configuration, version and place, and every name that follows from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from releasing.clients.git.checkout import Checkout
from releasing.clients.git.tagging import Annotation
from releasing.clients.github.pull_attention import Attention
from releasing.clients.github.pull_request import PullRequests
from releasing.config.placeholders import DATE, filled
from releasing.config.release_yaml import Config, Profile
from releasing.naming.branch_pattern import PLACES
from releasing.version import Candidate, Version

if TYPE_CHECKING:
    from releasing.shell.protocol import Commands


class AnyRelease(ABC):
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
        """This tool's own clone of the repository; the release manager's clone is never touched."""
        return str(self.state / "checkout")

    def pull_requests(self, sh: Commands) -> PullRequests:
        """The pull requests of the repository, asked for and changed through `sh`."""
        return PullRequests(self.slug, sh)

    @property
    def attention(self) -> Attention:
        """The labels and reviewers of our pull requests."""
        return Attention(self.config.pull_requests.labels, self.config.pull_requests.reviewers)

    def origin(self, sh: Commands) -> Checkout:
        """Our clone, for what origin has: read and changed through `sh`."""
        return Checkout(self.checkout, sh)

    @property
    def creates(self) -> Sequence[str]:
        """The branches that it creates on origin; one that ends in a slash stands for all below it."""
        return ()

    @property
    def namespace(self) -> str:
        """The namespace of the cluster that builds run in."""
        return self.config.gcp.namespace if self.config.gcp else "default"

    def scratch(self, step: str) -> str:
        """The clone that `step` edits; each run of the step makes a new one."""
        return str(self.folder / step)


class ProposingRelease(AnyRelease):
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


@dataclass(frozen=True)
class Release(ProposingRelease):
    """One candidate of a project, or (`final`) the release of one, in one profile.

    `allow_move` is a pattern of image tags that may move to a new digest; `pins` are the releases of operators, by
    name, that release.yaml does not say; `date` is the day that files name.
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
    date: str = ""

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

    @property
    def signature_form(self) -> str:
        """How tags are signed, as git's gpg.format names it; empty when they are not."""
        return self.config.signing.format if self.config.signing else ""

    def annotation(self, tag: str) -> Annotation:
        """What the git tag `tag` of this release carries."""
        return Annotation(f"{self.config.project} {tag}", self.signature_form)

    @property
    def tag_taken(self) -> str:
        """What to do when a git tag of this release is on another commit."""
        following = self.candidate.number + 1
        return f"look at that tag; if it is wrong, the next candidate is right: --candidate {following}"

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
        return self.values("final" if self.final else "candidate")

    def values(self, on: str) -> dict[str, str]:
        """The same in a value that the candidate, the final or both have in files; `date` once it is settled."""
        named = self.version if on == "final" else self.candidate
        date = {DATE: self.date} if self.date else {}
        return {
            "version": str(self.version),
            "tag": self.image_tag,
            "branch": self.branch,
            **dict(zip(PLACES, map(str, self.version.numbers), strict=True)),
            "candidate": "" if on == "final" else str(self.candidate.number),
            "full": str(named),
            "pep440": named.pep440,
            "npm": named.npm,
            "shields": str(named).replace("-", "--").replace("_", "__"),
            **date,
        }

    @property
    def milestone(self) -> str:
        """The title of the milestone that blockers are filed under; empty when all of them count."""
        return filled(self.config.blockers.milestone or "", self.placeholders)

    def head(self, step: str) -> str:
        """The branch on origin that carries the change of `step`: the same one on every run."""
        return f"{self.config.pull_requests.branch_prefix}{self.tag}/{step}"

    @property
    def creates(self) -> Sequence[str]:
        """The branches of its changes, and the release branch."""
        return (self.head(""), self.branch)

    @property
    def outbox(self) -> Path:
        """Where mails are kept."""
        return self.state / "outbox"

    @property
    def images(self) -> tuple[str, ...]:
        """The full names of all images that get the release's tag."""
        return tuple(f"{self.config.registry}/{name}" for group in self.config.images for name in group.names)

    @property
    def other_builds(self) -> dict[str, str]:
        """The images that something else builds, by full name, each with the tag of its build."""
        groups = self.config.other_images.values()
        return {f"{self.config.registry}/{name}": each.build for each in groups for name in each.images.names}
