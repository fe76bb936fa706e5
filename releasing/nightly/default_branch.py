"""The default branch as files, and the entries of its release config."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from releasing.errors import CommandError, ConfigError
from releasing.nightly import release_config

if TYPE_CHECKING:
    from releasing.nightly.maintenance import NightlyTask
    from releasing.nightly.monitoring.coverage import Covered
    from releasing.nightly.release_config import Entry
    from releasing.runbook.step_shell import StepShell


def checked_out(work: NightlyTask, sh: StepShell) -> Path:
    """A new checkout of it in this tool's own folder; ConfigError when the branch does not exist."""
    folder, git = work.scratch("checkout"), work.origin(sh).git
    sh.read(sh["rm"]["-rf", folder])
    sh.read(git["worktree", "prune"])
    try:
        sh.read(git["worktree", "add", "--quiet", "--detach", folder, f"origin/{work.config.default_branch}"])
    except CommandError as error:
        if not error.started:
            raise
        raise ConfigError(f"{work.config.default_branch} cannot be checked out: {error.cause}") from None
    return Path(folder)


def covered(work: NightlyTask, sh: StepShell, checkout: Path) -> Covered:
    """What the entries come to in a checkout of it; ConfigError when the release config is not valid or not there."""
    from releasing.nightly.monitoring import coverage  # noqa: PLC0415 - a new workflow needs the entries only

    return coverage.covered(entries(work, sh), work.settings.job_type, checkout, work.slug)


def entries(work: NightlyTask, sh: StepShell) -> tuple[Entry, ...]:
    """What the release config there lists; ConfigError when it is not valid or not there."""
    where, branch = work.settings.config, work.config.default_branch
    content = work.origin(sh).file_at(f"origin/{branch}", where)
    if content is None:
        raise ConfigError(
            f"{where} does not exist on {branch} of {work.slug}", "nightly.config of release.yaml names it"
        )
    return release_config.parse(content, where).entries
