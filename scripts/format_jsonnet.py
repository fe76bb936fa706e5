#!/usr/bin/env python3
"""Format the jsonnet files of a ksonnet app as the runbook does; lib/ and vendor/ are left alone.

  format_jsonnet.py releasing/pytorch-operator

This is jsonnetfmt --string-style d --comment-style s --indent 2. Without jsonnetfmt, only files that ks itself wrote
are formatted, and a message says that files written by people were not checked.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Rewrite, and say how many files were."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("app", type=Path, metavar="FOLDER")
    app = parser.parse_args().app
    from releasing.clients.ksonnet.formatting import put_into_form
    from releasing.errors import UsageError
    from releasing.shell.programs import Shell

    if not (app / "app.yaml").is_file():
        raise UsageError(f"{app}: no app.yaml", "name the folder of a ksonnet app")
    changed, formatted = put_into_form(app, Shell())
    print(f"{app}: {changed} files rewritten")
    if not formatted:
        print("jsonnetfmt is not installed (Debian's package jsonnet): only what ks writes was looked at")
    return 0


if __name__ == "__main__":
    program(main)
