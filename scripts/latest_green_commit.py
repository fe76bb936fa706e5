#!/usr/bin/env python3
"""Print the newest commit of a branch on which the named checks succeeded.

  latest_green_commit.py kubeflow/kubeflow master --context kubeflow-postsubmit

Reads commit statuses and check runs from GitHub through gh, which has to be logged in.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse

from releasing.checks import latest_green
from releasing.shell import Shell


def main() -> int:
    """Print the commit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("branch", metavar="BRANCH")
    parser.add_argument(
        "--context", action="append", default=[], metavar="NAME", help="a check that must succeed"
    )
    options = parser.parse_args()
    print(latest_green(Shell(), options.repository, options.branch, tuple(options.context)))
    return 0


if __name__ == "__main__":
    program(main)
