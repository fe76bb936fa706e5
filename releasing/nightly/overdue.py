"""The state of the image auto release as claims, read from the default branch and the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from releasing import origin, registry
from releasing.errors import CommandError, ConfigError, ReleaseError, UnmetError, UnreachableError
from releasing.nightly import coverage, release_config
from releasing.verification.claim import Claim

if TYPE_CHECKING:
    from releasing.nightly.upkeep import Upkeep
    from releasing.step_shell import StepShell


def claims(work: Upkeep, sh: StepShell) -> list[Claim]:
    """What holds of the nightly release, read from the default branch and the registry."""
    where = work.settings.config
    checkout = _checkout(work, sh)
    try:
        entries = release_config.parse((checkout / where).read_bytes(), where).entries
    except FileNotFoundError:
        raise ConfigError(
            f"{where}: not on {work.config.default_branch}", "nightly.config names it"
        ) from None
    found = coverage.covered(entries, work.settings.job_type, checkout, work.slug)
    used = coverage.used_images(checkout, work.config.registry)
    return [
        *coverage.entry_claims(found, where),
        *coverage.coverage_claims(work.config, found, used),
        *_ages(work, sh, found),
    ]


def require(claims: Sequence[Claim]) -> None:
    """Raise UnmetError for what does not hold; when nothing does not, UnreachableError for what was not read."""
    hint = "the table says what was found; docs/nightly.md says what to do"
    if false := [claim.name for claim in claims if claim.holds is False]:
        raise UnmetError(f"not as it should be: {', '.join(false)}", hint)
    if unread := [claim.name for claim in claims if claim.holds is None]:
        raise UnreachableError(f"could not be read: {', '.join(unread)}", hint)


def _ages(work: Upkeep, sh: StepShell, found: coverage.Covered) -> list[Claim]:
    if not found.images:
        return []
    try:
        newest = registry.ask(lambda client: coverage.newest_nights(client, found.images), sh.environment)
    except ReleaseError as error:
        return [Claim("age", None, f"could not be read: {error.message}")]
    return coverage.age_claims(newest, work.settings.oldest_hours, datetime.now(UTC))


def _checkout(work: Upkeep, sh: StepShell) -> Path:
    """The default branch as files, in a folder of our own that is made anew."""
    folder, git = work.scratch("checkout"), origin.git(work, sh)
    sh.read(sh["rm"]["-rf", folder])
    sh.read(git["worktree", "prune"])
    try:
        sh.read(git["worktree", "add", "--quiet", "--detach", folder, f"origin/{work.config.default_branch}"])
    except CommandError as error:
        raise ConfigError(f"{work.config.default_branch} cannot be checked out: {error.cause}") from None
    return Path(folder)
