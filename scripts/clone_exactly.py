#!/usr/bin/env python3
"""Clone a branch so that its files are byte for byte what the commit has, whatever attributes and settings say.

  clone_exactly.py https://github.com/kubeflow/kubeflow.git update-prototypes --branch v0.2-branch

Line ends, filters and encodings of .gitattributes are not applied in that clone (.git/info/attributes says so): a
commit made there has what was edited and nothing else. With --reference FOLDER, objects that the clone in FOLDER has
are not fetched again.

Exit codes: 0 done, 2 the command line, 4 a file is another than the commit has, 6 git failed.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Clone."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("url", metavar="URL")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder")
    parser.add_argument("--branch", required=True, metavar="NAME", help="the branch to check out")
    parser.add_argument("--reference", default="", metavar="FOLDER", help="a clone to take objects from")
    options = parser.parse_args()
    from releasing.clients.git import exact_clone
    from releasing.shell.programs import Shell

    exact_clone.clone(Shell(), options.url, options.folder, options.branch, options.reference)
    return 0


if __name__ == "__main__":
    program(main)
