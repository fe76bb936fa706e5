"""The mails that announce a vote or a release: complete, and the same on every run."""

from __future__ import annotations

import argparse
import email.policy
import os
from dataclasses import dataclass
from email.message import EmailMessage

from releasing.config.registries import existing_digests
from releasing.shell.files import replace_text
from releasing.shell.text.plain_text import plain


@dataclass(frozen=True)
class AnnouncementMail:
    """A mail about `name` (a git tag): `text` comes first, then `more` unchanged, commit, images and notes."""

    prefix: str
    name: str
    text: str
    kind: str
    more: str = ""

    def write(self, options: argparse.Namespace) -> int:
        """Write the mail that the command line (mail_options.py) describes; the digests come from the registry."""
        subject = f"{self.prefix} {options.project} {self.name}"
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"], message["To"] = options.from_, options.to
        message["Subject"] = subject
        # The id depends only on the release, so that mail readers recognize a second copy as the same mail.
        message["Message-ID"] = f"<{self.name}.{self.kind}@{options.from_.rpartition('@')[2]}>"
        message.set_content(plain(self._body(options)))
        replace_text(options.mail, message.as_string(), private=True)
        print(f"{subject} is in {options.mail}")
        return 0

    def _body(self, options: argparse.Namespace) -> str:
        tag = options.image_tag
        digests = existing_digests(options.images, tag, os.environ) if options.images else {}
        images = "".join(f"  {image}:{tag}\n    {digest}\n" for image, digest in digests.items())
        notes = options.notes.read_text(encoding="utf-8") if options.notes and options.notes.exists() else ""
        return (
            f"{self.text.format(project=options.project, name=self.name)}{self.more}\n"
            f"Commit: {options.commit}\n"
            f"  git fetch https://github.com/{options.repository}.git refs/tags/{self.name}\n"
            f"  git rev-parse FETCH_HEAD^{{commit}}\n"
            f"Notes and manifest: https://github.com/{options.repository}/releases/tag/{self.name}\n"
            f"To read all of it back: release.verify --version {self.name.removeprefix('v')}\n\n"
            f"Images:\n{images}\n{notes}"
        )
