"""The state of the image auto release as claims, read from the default branch and the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from releasing.config import registries
from releasing.errors import ReleaseError, UnmetError, UnreachableError
from releasing.nightly import build_contexts, default_branch
from releasing.nightly.monitoring import coverage
from releasing.verification.claim import Claim

if TYPE_CHECKING:
    from releasing.nightly.maintenance import NightlyTask
    from releasing.runbook.step_shell import StepShell


def claims(work: NightlyTask, sh: StepShell) -> list[Claim]:
    """The claims on the nightly release; ConfigError when its release config is not valid."""
    checkout = default_branch.checked_out(work, sh)
    found = default_branch.covered(work, sh, checkout)
    looks = build_contexts.looks(work, sh, found.elsewhere)
    used = coverage.used_images(checkout, work.config.registry)
    return [
        *coverage.entry_claims(found, looks, work.settings.config),
        *coverage.coverage_claims(work.config, found, used),
        *_ages(work, sh, found),
    ]


def require(claims: Sequence[Claim]) -> None:
    """Raise UnmetError for failed checks; without any, UnreachableError for checks that could not be made."""
    hint = "the table shows what was found; docs/nightly.md says what to do"
    if false := [claim.name for claim in claims if claim.holds is False]:
        raise UnmetError(f"checks failed: {', '.join(false)}", hint)
    if unread := [claim.name for claim in claims if claim.holds is None]:
        raise UnreachableError(f"could not be read: {', '.join(unread)}", hint)


def _ages(work: NightlyTask, sh: StepShell, found: coverage.Covered) -> list[Claim]:
    if not found.images:
        return []
    try:
        newest = registries.ask(lambda client: coverage.newest_nights(client, found.images), sh.environment)
    except ReleaseError as error:
        return [Claim("age", None, f"could not be read: {error.message}")]
    return coverage.age_claims(newest, work.settings.oldest_hours, datetime.now(UTC))
