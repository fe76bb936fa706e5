"""The outbox: where the mail of a release is kept, and what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.runbook.step import Finding, met, unmet

if TYPE_CHECKING:
    from pathlib import Path

    from releasing.config.release_yaml import Announcement, Smtp
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.command import Command


def path(release: Release) -> Path:
    """The file with the mail of this release."""
    return release.outbox / f"{release.tag}.eml"


def send(release: Release, sh: StepShell) -> None:
    """Send the mail of this release, if release.yaml names a server; a second call does nothing."""
    announcement = release.config.announcement
    hand_in(announcement, sh, path(release), announcement.to)


def hand_in(announcement: Announcement, sh: StepShell, file: Path, to: str) -> None:
    """Send the mail in `file` to `to`, if release.yaml names a server; a second call does nothing."""
    if announcement.smtp is None:
        sh.say(f"release.yaml names no mail server; send {file} by hand: mailto:{to}")
        return
    sh.run(_command(announcement.smtp, sh, str(file)))


def check_login(release: Release, sh: StepShell) -> None:
    """Log in at the mail server, where release.yaml has one, and send nothing: before what cannot be taken back."""
    if smtp := release.config.announcement.smtp:
        sh.wait(_command(smtp, sh, "--check"))


def _command(smtp: Smtp, sh: StepShell, what: str) -> Command:
    command = sh["send_mail.py"][what, "--host", smtp.host, "--port", str(smtp.port)]
    command = command["--user", smtp.user] if smtp.user else command
    return command["--password-command", *smtp.password_command] if smtp.password_command else command


def names(release: Release, commit: str | None) -> Finding:
    """Whether the mail is in the outbox, names `commit`, and was sent if release.yaml names a server."""
    import email.policy  # noqa: PLC0415 - `invoke --list` does without

    from releasing.announcements import smtp as posting  # noqa: PLC0415

    file = path(release)
    if not file.exists():
        return unmet(f"the mail is not written yet: {file}")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body()
    if commit is None or body is None or commit not in body.get_content():
        return unmet(f"the mail in {file} is not about {commit or 'a tag on origin'}")
    if release.config.announcement.smtp is None:
        return met(f"{message['Subject']!r} to {message['To']} is in {file}")
    known = posting.receipt(file)
    if known is None or known.state != posting.SENT or known.message_id != message["Message-ID"]:
        return unmet(f"no record says that the mail in {file} was sent")
    return met(f"{message['Subject']!r} was sent to {message['To']} at {known.time} by {known.by}")
