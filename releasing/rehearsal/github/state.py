"""What the local GitHub remembers beside git: issues, pull requests, releases, statuses and check runs.

It lies as JSON beside the bare repository and is replaced in one rename, so that it is whole at any instant.
Refs are not in it: they live in git alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from releasing.naming.branch_pattern import BranchPattern


@dataclass(frozen=True)
class ServerSettings:
    """Who the user is, and which checks report on a commit, each pending for `pending_seconds`.

    Those after a merge report on the default branch and on branches that `release_branch` is a pattern of.
    """

    login: str
    presubmits: tuple[str, ...] = ()
    postsubmits: tuple[str, ...] = ()
    pending_seconds: float = 0.5
    release_branch: str = BranchPattern.text


@dataclass(frozen=True)
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    body: str
    login: str
    created: float


@dataclass(frozen=True)
class Milestone:
    """A milestone that issues can be filed under."""

    number: int
    title: str
    description: str | None = None
    closed: float | None = None

    @property
    def state(self) -> str:
        """`open` or `closed`, as in every answer."""
        return "open" if self.closed is None else "closed"


@dataclass(frozen=True)
class Review:
    """Somebody's review of a pull request; `counts` says that the reviewer has push rights."""

    id: int
    login: str
    state: str
    body: str
    commit: str
    submitted: float
    counts: bool


@dataclass(frozen=True)
class PullRecord:
    """What makes an issue a pull request: branch `head` of `head_owner`'s repository into branch `base`.

    `base_commit` is where the base stood when `head_commit` became the head. `merging` is the commit that
    `merger` is about to put on the base, noted first so that a merge cut short is recognised. `queued` is when
    it entered the merge queue. `rebased` is how many commits a rebase made on the base.
    """

    head_owner: str
    head: str
    base: str
    head_commit: str
    base_commit: str
    draft: bool = False
    reviewers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    merging: str | None = None
    merge_commit: str | None = None
    merger: str | None = None
    reviews: tuple[Review, ...] = ()
    queued: float | None = None
    rebased: int = 0


@dataclass(frozen=True)
class Issue:
    """An issue, or a pull request when `pull` is there; both are numbered together."""

    number: int
    title: str
    body: str | None
    login: str
    created: float
    closed: float | None = None
    labels: tuple[str, ...] = ()
    milestone: int | None = None
    comments: tuple[Comment, ...] = ()
    pull: PullRecord | None = None

    @property
    def state(self) -> str:
        """`open` or `closed`, as in every answer."""
        return "open" if self.closed is None else "closed"


@dataclass(frozen=True)
class AssetRecord:
    """A file of a release; its bytes lie beside the state under its id."""

    id: int
    name: str
    label: str
    content_type: str
    size: int
    digest: str
    login: str
    created: float


@dataclass(frozen=True)
class ReleaseRecord:
    """A release, drafted or published."""

    id: int
    tag_name: str
    target: str
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    login: str
    created: float
    published: float | None = None
    assets: tuple[AssetRecord, ...] = ()


@dataclass(frozen=True)
class Status:
    """One report of a context on a commit."""

    id: int
    context: str
    state: str
    description: str | None
    target_url: str | None
    created: float
    login: str | None = None


@dataclass(frozen=True)
class CheckRun:
    """One run of an App's check on a commit; `conclusion` is there once it is completed.

    `suite` is what it belongs to: a newer run of the name takes its place only there.
    """

    id: int
    name: str
    status: str
    conclusion: str | None
    html_url: str
    details_url: str | None
    started: float
    completed: float | None = None
    external_id: str | None = None
    title: str | None = None
    summary: str | None = None
    suite: str = ""


@dataclass(frozen=True)
class State:
    """Everything remembered.

    `last_number` is that of the newest pull request before this GitHub began; `heads` and `arrived`: when a commit
    first headed a pull request, was merged.
    """

    last_id: int = 0
    last_number: int = 0
    issues: tuple[Issue, ...] = ()
    releases: tuple[ReleaseRecord, ...] = ()
    latest_release: int | None = None
    milestones: tuple[Milestone, ...] = ()
    statuses: Mapping[str, tuple[Status, ...]] = field(default_factory=dict)
    check_runs: Mapping[str, tuple[CheckRun, ...]] = field(default_factory=dict)
    heads: Mapping[str, float] = field(default_factory=dict)
    arrived: Mapping[str, float] = field(default_factory=dict)

    @property
    def next_id(self) -> int:
        """An id that no comment, status, release or asset has."""
        return self.last_id + 1

    @property
    def next_number(self) -> int:
        """A number that no issue and no pull request has."""
        return max((issue.number for issue in self.issues), default=self.last_number) + 1

    def with_issue(self, issue: Issue) -> State:
        """This state with `issue` in place of the one of its number, or added."""
        kept = [one for one in self.issues if one.number != issue.number]
        return replace(self, issues=tuple(sorted([*kept, issue], key=lambda one: one.number)))

    def with_release(self, release: ReleaseRecord) -> State:
        """This state with `release` in place of the one of its id, or added."""
        kept = [one for one in self.releases if one.id != release.id]
        return replace(self, releases=tuple(sorted([*kept, release], key=lambda one: one.id)))


@cache
def _state_adapter() -> TypeAdapter[State]:
    return TypeAdapter(State)


@dataclass(frozen=True)
class Repository:
    """One repository below the server's root: its bare git repository and the files beside it."""

    root: Path
    owner: str
    name: str

    def beside(self, suffix: str) -> Path:
        """The file of this repository with this suffix: `git`, `json`, `verdicts.json`, `protection.json`."""
        return self.root / self.owner / f"{self.name}.{suffix}"

    @property
    def path(self) -> Path:
        """The bare git repository."""
        return self.beside("git")

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    def read(self) -> State:
        """The state on disk; an empty one before anything was remembered."""
        file = self.beside("json")
        return _state_adapter().validate_json(file.read_bytes()) if file.exists() else State()

    def write(self, state: State) -> None:
        """Replace the state on disk in one rename."""
        replaced(self.beside("json"), _state_adapter().dump_json(state, indent=1))

    def asset_file(self, asset: int) -> Path:
        """Where the bytes of an asset lie."""
        return self.beside("assets") / str(asset)

    def write_asset(self, asset: int, content: bytes) -> None:
        """Keep the bytes of an asset."""
        self.asset_file(asset).parent.mkdir(exist_ok=True)
        replaced(self.asset_file(asset), content)


def replaced(file: Path, content: bytes) -> None:
    """Put `content` into `file` in one rename."""
    aside = file.with_name(f".{file.name}.aside")
    aside.write_bytes(content)
    os.replace(aside, file)  # noqa: PTH105
