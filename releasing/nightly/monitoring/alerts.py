"""Notifications that a check of the nightly release failed: once a day by mail, once a day by the webhook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

from releasing.announcements import outbox, smtp, webhook
from releasing.errors import ReleaseError
from releasing.shell.files import replace_bytes, replace_text
from releasing.shell.text.plain_text import plain
from releasing.verification import claim_table

if TYPE_CHECKING:
    from releasing.nightly.maintenance import NightlyTask
    from releasing.runbook.step_shell import StepShell
    from releasing.verification.claim import Claim


def tell(work: NightlyTask, sh: StepShell, claims: Sequence[Claim]) -> None:
    """Send the failed checks by each configured channel; nothing when all passed.

    A failing channel is reported here, and stops neither the other one nor the command.
    """
    if all(claim.holds for claim in claims):
        return
    day = f"{datetime.now(UTC):%Y%m%d}"
    text = plain("\n".join(claim_table.lines(claims)) + "\n")
    for name, send in (("mail", _mail), ("webhook", _post)):
        try:
            send(work, sh, day, text)
        except ReleaseError as error:
            sh.say(f"could not notify by {name}: {error}")


def _mail(work: NightlyTask, sh: StepShell, day: str, text: str) -> None:
    announcement = work.config.announcement
    file = work.state / "outbox" / f"nightly-check-{day}.eml"
    # A mail that people send by hand may be sent already, so the first one of the day stays.
    if not file.exists() or (announcement.smtp and smtp.receipt(file) is None):
        replace_bytes(file, bytes(_message(work, day, text)), private=True)
    outbox.hand_in(announcement, sh, file, announcement.from_)


def _post(work: NightlyTask, sh: StepShell, day: str, text: str) -> None:
    if sh.environment.get(webhook.VARIABLE):
        report = work.folder / f"{day}.txt"
        replace_text(report, text, private=True)
        sh.run(sh["post_report.py"][str(report)])


def _message(work: NightlyTask, day: str, text: str) -> EmailMessage:
    announcement = work.config.announcement
    message = EmailMessage()
    message["Subject"] = f"{work.config.project}: the nightly release needs attention"
    message["From"], message["To"] = announcement.from_, announcement.from_
    message["Message-ID"] = f"<nightly-check-{day}@{announcement.from_.partition('@')[2]}>"
    message.set_content(text)
    return message
