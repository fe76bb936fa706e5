"""A night: the nightly release of one date, and what it builds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from releasing.config.nightly_section import Nightly
from releasing.config.release_yaml import Config, Profile
from releasing.errors import ConfigError, UsageError
from releasing.nightly.release_config import Entry
from releasing.release import AnyRelease
from releasing.runbook.step import present

PREFIX = "night-"  # of what labels and locks call a night


@dataclass(frozen=True)
class Skipped:
    """An entry that this night leaves out, and why."""

    entry: Entry
    reason: str


@dataclass(frozen=True)
class Night(AnyRelease):
    """All images that the release config covers, built at one commit of the default branch.

    `date` is YYYYMMDD, in UTC; `entries` are known once `commit` is, and `templates`: the parameters of those
    entries, by name, whose workflow is an Argo WorkflowTemplate; the others are components of ksonnet apps.
    """

    pushes: ClassVar[bool] = False
    config: Config
    profile: Profile
    date: str
    state: Path
    account: str
    user: str
    entries: tuple[Entry, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    commit: str = ""
    templates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """How it is called in one line."""
        return f"{self.config.project}, night of {self.date}"

    @property
    def tag(self) -> str:
        """What labels and locks call it; its images have another tag, which has the commit in it."""
        return f"{PREFIX}{self.date}"

    @property
    def image_tag(self) -> str:
        """The tag of every image of the night, vYYYYMMDD-SHA8; empty while the commit is not known."""
        return f"v{self.date}-{self.commit[:8]}" if self.commit else ""

    @property
    def folder(self) -> Path:
        """Everything that this night keeps on this machine."""
        return self.state / "nights" / self.date

    @property
    def settings(self) -> Nightly:
        """The section `nightly` of release.yaml."""
        return present(self.config.nightly)

    def command(self, recipe: str) -> str:  # noqa: ARG002 - a night has one
        """What to type for all of it."""
        return f"scripts/invoke nightly.run --date {self.date}"

    def redo(self, step: str) -> str:
        """What to type to build an entry again."""
        return f"scripts/invoke nightly.run --date {self.date} --only {step} --redo"

    def only(self, names: str) -> Night:
        """The same night with the entries `names`, with commas between them, and no other; all when empty.

        Raises UsageError for a name that the release config does not have, or that this night leaves out.
        """
        wanted = [name.strip() for name in names.split(",") if name.strip()]
        if not wanted:
            return self
        left_out = {each.entry.name: each.reason for each in self.skipped}
        known = [entry.name for entry in self.entries]
        unknown = [name for name in wanted if name not in known]
        if unknown:
            told = "; ".join(f"{name} ({left_out.get(name, 'no such entry')})" for name in unknown)
            raise UsageError(f"--only: {told}", f"this night has {', '.join(known) or 'no entry'}")
        return replace(self, entries=tuple(each for each in self.entries if each.name in wanted), skipped=())


def date(text: str) -> str:
    """The date of a night as typed, today when empty; UsageError for another form or a day to come."""
    today = f"{datetime.now(UTC):%Y%m%d}"
    if not text:
        return today
    try:
        # strptime alone also takes 201871.
        parsed = datetime.strptime(text, "%Y%m%d") if re.fullmatch(r"\d{8}", text) else None
    except ValueError:
        parsed = None
    if parsed is None or text > today:
        raise UsageError(f"--date {text}: expected a day up to today, in UTC, as YYYYMMDD", f"--date {today}")
    return text


def require_section(config: Config) -> None:
    """Raise ConfigError when release.yaml has no nightly release."""
    if config.nightly is None:
        raise ConfigError(
            "release.yaml has no section nightly, so no image is released every night",
            "write nightly: with config: releasing/prow_config_release.yaml (docs/nightly.md)",
        )
