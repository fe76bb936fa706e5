"""The command line of the programs that write mails."""

from __future__ import annotations

import argparse
from pathlib import Path


def options_of(text: str, *more: str) -> argparse.ArgumentParser:
    """The command line of a program that writes a mail; `more` are its own options."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mail", type=Path, metavar="MAIL")
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    for option in ("--project", "--commit", "--repository", "--to", "--image-tag", *more):
        parser.add_argument(option, required=True)
    parser.add_argument("--from", required=True, dest="from_")
    parser.add_argument("--notes", type=Path, metavar="FILE", help="release notes to include")
    return parser
