"""The state of the image auto release as claims, and who is told when one does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from releasing import mail, origin, registry
from releasing.errors import CommandError, ConfigError, ReleaseError, UnmetError, UnreachableError
from releasing.files import replace_bytes, replace_text
from releasing.nightly import coverage, release_config
from releasing.verification import table
from releasing.verification.claim import Claim

if TYPE_CHECKING:
    from releasing.nightly.upkeep import Upkeep
    from releasing.step_shell import StepShell

WEBHOOK = "RELEASE_NIGHTLY_WEBHOOK"  # an address that is a secret, so it stands in no file of ours


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


def tell(work: Upkeep, sh: StepShell, claims: Sequence[Claim]) -> None:
    """Send what does not hold, once a day, by mail and to the webhook if there is one; nothing when all holds."""
    if all(claim.holds for claim in claims):
        return
    day = f"{datetime.now(UTC):%Y%m%d}"
    text = "\n".join(table.lines(claims)) + "\n"
    file = work.state / "outbox" / f"nightly-check-{day}.eml"
    if not file.exists():
        replace_bytes(file, bytes(_message(work, day, text)))
    mail.hand_in(work.config.announcement, sh, file, work.config.announcement.from_)
    if sh.environment.get(WEBHOOK):
        report = work.folder / f"{day}.txt"
        replace_text(report, text)
        sh.run(sh["post_report.py"][str(report)])


def _message(work: Upkeep, day: str, text: str) -> EmailMessage:
    announcement = work.config.announcement
    message = EmailMessage()
    message["Subject"] = f"{work.config.project}: the nightly release needs a look"
    message["From"], message["To"] = announcement.from_, announcement.from_
    message["Message-ID"] = f"<nightly-check-{day}@{announcement.from_.partition('@')[2]}>"
    message.set_content(text)
    return message


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
