#!/usr/bin/env python3
"""Write the mail that announces the vote on a candidate, as an .eml file.

  announce_vote.py OUTBOX/v0.2.1-rc.0.eml IMAGE... --project Kubeflow --candidate v0.2.1-rc.0 --commit COMMIT ...

The digests come from the registry. The file is written completely or not at all, and is the same on every run.
"""

from __future__ import annotations

from entry import program  # isort: skip


def main() -> int:
    """Write the mail."""
    from releasing.announcements.mail_options import options_of

    parser = options_of(__doc__ or "", "--candidate", "--until")
    parser.add_argument(
        "--waiver",
        action="append",
        default=[],
        metavar="TEXT",
        help="a known problem that was accepted, and why",
    )
    options = parser.parse_args()
    from releasing.announcements.message import AnnouncementMail

    text = f"""\
{{project}} {{name}} is tagged. Please test it and vote by {options.until}.

How to vote: answer this mail with +1 or -1, and say what you tested.
"""
    waived = "".join(f"  {waiver}\n" for waiver in options.waiver)
    more = f"\nKnown problems that were accepted:\n{waived}" if waived else ""
    return AnnouncementMail("[VOTE]", options.candidate, text, "vote", more).write(options)


if __name__ == "__main__":
    program(main)
