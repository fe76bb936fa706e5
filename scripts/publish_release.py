#!/usr/bin/env python3
"""Publish a release on GitHub: draft it, upload its files, then publish it.

  publish_release.py kubeflow/kubeflow v0.2.1-rc.0 FILE... --title 'Kubeflow v0.2.1-rc.0' --notes NOTES.md \\
    --prerelease

The tag must already be on GitHub. A draft that an earlier run left is finished. A published release is left as it
is, except for files that it lacks. Works through gh, which must be logged in.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Publish, and say where."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("tag", metavar="TAG")
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="file to upload with the release")
    parser.add_argument("--title", required=True)
    parser.add_argument("--notes", type=Path, required=True, metavar="FILE")
    parser.add_argument("--prerelease", action="store_true", help="mark it as a pre-release: a candidate")
    options = parser.parse_args()
    from releasing.clients.github.releases import Publication, publish
    from releasing.errors import UsageError
    from releasing.shell.programs import Shell

    for file in (options.notes, *options.files):
        if not file.is_file():
            raise UsageError(f"{file}: no such file", "check-release-notes writes the notes")
    wanted = Publication(
        options.repository,
        options.tag,
        options.title,
        options.notes,
        tuple(options.files),
        options.prerelease,
    )
    print(f"published: {publish(Shell(show=print), wanted)}")
    return 0


if __name__ == "__main__":
    program(main)
