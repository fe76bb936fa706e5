#!/usr/bin/env python3
"""Add an entry to the release config. Comments and the order of entries stay as they are.

  add_nightly_entry.py releasing/prow_config_release.yaml --name pytorch-operator-release \\
      --app-dir kubeflow/kubeflow/releasing/pytorch-operator --component pytorch-operator

An entry that already exists in this form is left as it is.

Exit codes: 0 the entry exists, 3 the file is not valid, 4 another entry has the name or the component.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Add it and say so."""
    options = arguments()
    from releasing.errors import ConfigError
    from releasing.nightly.adding.config_edit import with_entry
    from releasing.nightly.release_config import Entry
    from releasing.shell.files import replace_text

    if not options.file.is_file():
        raise ConfigError(f"{options.file}: no such file", "nightly.config of release.yaml names it")
    before = options.file.read_text(encoding="utf-8")
    after = with_entry(before, str(options.file), Entry(options.name, options.app_dir, options.component))
    if after != before:
        replace_text(options.file, after)
    print(f"{options.file}: {options.name} {'is added' if after != before else 'is there already'}")
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--name", required=True, help="name of the entry")
    parser.add_argument(
        "--app-dir", required=True, metavar="OWNER/NAME/FOLDER", help="folder of the ksonnet app"
    )
    parser.add_argument("--component", required=True, help="component of the app")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
