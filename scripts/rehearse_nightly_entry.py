#!/usr/bin/env python3
"""Render the workflows of entries of the release config, and rehearse a night that builds them. Changes nothing.

  rehearse_nightly_entry.py releasing/prow_config_release.yaml kubeflow/kubeflow pytorch-operator-release

FILE is in a checkout of the repository; uncommitted changes there count as well. The night runs in a sandbox of its
own, where stand-ins push small images. It checks that all names are right and that everything is rendered, submitted
and found again; it does not check what build_image.sh does.

Exit codes: 0 every entry builds images under the night's tag, 3 a file is not valid, 4 an entry does not.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os
from pathlib import Path


def main() -> int:
    """Render each entry and show its images."""
    options = arguments()
    from releasing.config import config_file
    from releasing.config.path import config_path
    from releasing.errors import PreconditionError, UsageError
    from releasing.nightly.adding import entry_rehearsal
    from releasing.nightly.build_contexts import broken
    from releasing.nightly.release_config import parse
    from releasing.nightly.resolution import TAG, resolve
    from releasing.shell.programs import Shell

    entries = {each.name: each for each in parse(options.file.read_bytes(), str(options.file)).entries}
    if unknown := [name for name in options.names if name not in entries]:
        raise UsageError(f"{options.file} has no entry {', '.join(unknown)}", f"it has: {', '.join(entries)}")
    checkout = _checkout(options.file)
    for name in options.names:
        found = resolve(entries[name], checkout, options.repository, TAG)
        if wrong := broken(found.contexts, checkout, options.repository):
            raise PreconditionError(f"{name}: {'; '.join(wrong)}", "docs/nightly.md says what builds need")
        print(
            f"{name} would build {', '.join(image.name for image in found.images)} under the night's tag",
            flush=True,
        )
    branch = config_file.load(config_path(os.environ)).default_branch
    for image in entry_rehearsal.rehearse(Shell(), checkout, branch, options.names):
        print(f"rehearsed: {image}")
    return 0


def _checkout(file: Path) -> Path:
    from releasing.errors import UsageError

    for folder in file.resolve().parents:
        if (folder / ".git").exists():
            return folder
    raise UsageError(f"{file} is in no git checkout", "name the file in a clone of the repository")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("names", nargs="+", metavar="ENTRY")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
