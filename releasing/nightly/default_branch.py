"""The default branch as files, and the entries of its release config."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from releasing import origin
from releasing.errors import CommandError, ConfigError
from releasing.nightly import coverage, release_config

if TYPE_CHECKING:
    from releasing.nightly.coverage import Covered
    from releasing.nightly.release_config import Entry
    from releasing.nightly.upkeep import Upkeep
    from releasing.step_shell import StepShell


def checked_out(work: Upkeep, sh: StepShell) -> Path:
    """A checkout of it in a folder of our own, which is made anew; ConfigError when there is no such branch."""
    folder, git = work.scratch("checkout"), origin.git(work, sh)
    sh.read(sh["rm"]["-rf", folder])
    sh.read(git["worktree", "prune"])
    try:
        sh.read(git["worktree", "add", "--quiet", "--detach", folder, f"origin/{work.config.default_branch}"])
    except CommandError as error:
        raise ConfigError(f"{work.config.default_branch} cannot be checked out: {error.cause}") from None
    return Path(folder)


def covered(work: Upkeep, checkout: Path) -> Covered:
    """What the entries of the release config there come to; ConfigError when it is not valid or not there."""
    return coverage.covered(_entries(work, checkout), work.settings.job_type, checkout, work.slug)


def _entries(work: Upkeep, checkout: Path) -> tuple[Entry, ...]:
    where = work.settings.config
    try:
        return release_config.parse((checkout / where).read_bytes(), where).entries
    except FileNotFoundError:
        raise ConfigError(
            f"{where}: not on {work.config.default_branch}", "nightly.config names it"
        ) from None
