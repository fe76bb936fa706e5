#!/usr/bin/env python3
"""Write the mail that announces a release, as an .eml file.

  announce_release.py OUTBOX/v0.2.1.eml IMAGE... --project Kubeflow --release v0.2.1 --commit COMMIT ...

The digests come from the registry. The file is written completely or not at all, and is the same on every run.
"""

from __future__ import annotations

from entry import program  # isort: skip


def main() -> int:
    """Write the mail."""
    from releasing.announcements.mail_options import options_of

    options = options_of(__doc__ or "", "--release").parse_args()
    from releasing.announcements.message import AnnouncementMail

    text = """\
{project} {name} is released: the commit and the images that passed the vote.
"""
    return AnnouncementMail("[ANNOUNCE]", options.release, text, "release").write(options)


if __name__ == "__main__":
    program(main)
