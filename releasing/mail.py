"""The outbox: where the mail of a release is, and what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.step import Finding, met, unmet

if TYPE_CHECKING:
    from pathlib import Path

    from releasing.release import Release


def path(release: Release) -> Path:
    """Where the mail of this release is kept."""
    return release.outbox / f"{release.tag}.eml"


def names(release: Release, commit: str | None) -> Finding:
    """Whether the mail is in the outbox and names `commit`."""
    import email.policy  # noqa: PLC0415 - `invoke --list` does without

    file = path(release)
    if not file.exists():
        return unmet(f"there is no mail {file}")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body()
    if commit is None or body is None or commit not in body.get_content():
        return unmet(f"the mail in {file} is not about {commit or 'a tag on origin'}")
    return met(f"{message['Subject']!r} to {message['To']} is in {file}")
