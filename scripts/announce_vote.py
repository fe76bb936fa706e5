#!/usr/bin/env python3
"""Write the mail that announces the vote on a candidate, as an .eml file.

  announce_vote.py OUTBOX/v0.2.1-rc.0.eml --project Kubeflow --candidate v0.2.1-rc.0 --commit COMMIT ... IMAGE...

The digests come from the registry. The file is written whole or not at all, and says the same on every run.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os
from pathlib import Path

from releasing.files import replace_text
from releasing.mail import compose
from releasing.registry import existing_digests


def main() -> int:
    """Write the mail."""
    options = _parser().parse_args()
    digests = existing_digests(options.images, options.image_tag, os.environ) if options.images else {}
    subject = f"[VOTE] {options.project} {options.candidate}"
    name = f"{options.candidate}.vote"
    mail = compose((options.from_, options.to), subject, _text(options, digests), name)
    replace_text(options.mail, mail.as_string())
    print(f"{subject} is in {options.mail}")
    print(f"nothing was sent; to send it: mailto:{options.to}, with the text of that file")
    return 0


def _text(options: argparse.Namespace, digests: dict[str, str]) -> str:
    images = "".join(f"  {image}:{options.image_tag}\n    {digest}\n" for image, digest in digests.items())
    notes = options.notes.read_text(encoding="utf-8") if options.notes and options.notes.exists() else ""
    return f"""\
{options.project} {options.candidate} is tagged. Please test it and vote by {options.until}.

Commit: {options.commit}
  git fetch https://github.com/{options.repository}.git refs/tags/{options.candidate}
  git rev-parse FETCH_HEAD^{{commit}}

Images:
{images}
How to vote: answer this mail with +1 or -1, and say what you tested.

{notes}"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mail", type=Path, metavar="MAIL")
    for option in ("--project", "--candidate", "--commit", "--repository", "--until", "--to", "--image-tag"):
        parser.add_argument(option, required=True)
    parser.add_argument("--from", required=True, dest="from_")
    parser.add_argument("--notes", type=Path, metavar="FILE", help="release notes to include")
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    return parser


if __name__ == "__main__":
    program(main)
