#!/usr/bin/env python3
"""Write release notes that mention every pull request merged since the previous release.

  draft_release_notes.py NOTES.md --project Kubeflow --version 0.2.1 --checkout DIR --branch v0.2-branch \\
    --repository kubeflow/kubeflow --group 'Bug fixes' kind/bug,area/bug

The text of NOTES.md is kept. Lines are added for pull requests that it does not mention, under the heading that
their labels choose. Titles, authors and labels come from GitHub through gh, which must be logged in; so does the pull
request of a commit that names none (a rebase). What a final of an earlier version had is not repeated.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Write what is missing."""
    options = arguments()
    from releasing.publication import note_lines, notes
    from releasing.publication.merged_pulls import PullHistory
    from releasing.shell.files import replace_text
    from releasing.shell.git_guard import reading
    from releasing.shell.programs import Shell
    from releasing.version import Version

    sh = Shell()
    source = PullHistory(
        reading(options.checkout), options.checkout, options.repository, options.own_branches
    )
    version = Version.parse(options.version)
    source.require_branch(options.branch, version)
    everything = source.merged(f"origin/{options.branch}", version)
    before = options.notes.read_text(encoding="utf-8") if options.notes.exists() else ""
    missing = source.missing(before, everything, most=len(everything))
    groups = {heading: labels.split(",") for heading, labels in options.group}
    lines = note_lines.grouped(note_lines.lines(sh, options.repository, missing), groups)
    after = notes.with_missing(before, f"{options.project} {options.version}", lines)
    replace_text(options.notes, after, private=True)
    print(f"{options.notes}: {len(missing)} pull requests added; edit it as you like")
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notes", type=Path, metavar="NOTES")
    parser.add_argument("--project", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--checkout", required=True, metavar="DIR")
    parser.add_argument("--branch", required=True)
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME")
    parser.add_argument(
        "--own-branches",
        default="release/",
        metavar="PREFIX",
        help="leave out pull requests of branches PREFIX/vX.Y.Z…/STEP: a release made them (default: release/)",
    )
    parser.add_argument(
        "--group",
        action="append",
        default=[],
        nargs=2,
        metavar=("HEADING", "LABEL,…"),
        help="a heading and the labels of its pull requests, in this order",
    )
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
