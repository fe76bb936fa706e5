#!/usr/bin/env python3
"""Write release notes that mention every pull request merged since the release before.

  draft_release_notes.py NOTES.md --project Kubeflow --version 0.2.1 --checkout DIR --branch v0.2-branch

What NOTES.md says already is kept; lines for pull requests that it does not mention are added at its end.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path

from releasing import notes
from releasing.files import replace_text
from releasing.shell import Shell
from releasing.version import Version


def main() -> int:
    """Write what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notes", type=Path, metavar="NOTES")
    parser.add_argument("--project", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--checkout", required=True, metavar="DIR")
    parser.add_argument("--branch", required=True)
    options = parser.parse_args()
    merged = notes.subjects(Shell(), options.checkout, options.branch, Version.parse(options.version))
    before = options.notes.read_text(encoding="utf-8") if options.notes.exists() else ""
    missing = notes.unmentioned(before, merged)
    replace_text(options.notes, notes.with_missing(before, f"{options.project} {options.version}", merged))
    print(f"{options.notes}: {len(missing)} pull requests added; edit it as you like")
    return 0


if __name__ == "__main__":
    program(main)
