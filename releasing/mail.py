"""Mails of a release: written whole, kept in the outbox as .eml, the same on every run."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from releasing.step import Finding, met, unmet

if TYPE_CHECKING:
    from pathlib import Path

    from releasing.release import Release


def path(release: Release) -> Path:
    """Where the mail of this release is kept."""
    return release.outbox / f"{release.tag}.eml"


def compose(addresses: tuple[str, str], subject: str, text: str, name: str) -> EmailMessage:
    """A mail from and to `addresses`; `name` makes its Message-ID, so that a second copy is the same mail."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"] = addresses
    message["Subject"] = subject
    message["Message-ID"] = f"<{name}@{addresses[0].rpartition('@')[2]}>"
    message.set_content(text)
    return message


def names(release: Release, commit: str | None) -> Finding:
    """Whether the mail is in the outbox and names `commit`."""
    file = path(release)
    if not file.exists():
        return unmet(f"there is no mail in {release.outbox}")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body()
    if commit is None or body is None or commit not in body.get_content():
        return unmet(f"the mail in {file} is not about {commit or 'a tag on origin'}")
    return met(f"{message['Subject']!r} to {message['To']} is in {file}")
