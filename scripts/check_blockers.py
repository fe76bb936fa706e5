#!/usr/bin/env python3
"""Fail when an issue with one of the labels is open, and list all of them.

  check_blockers.py kubeflow/kubeflow --label priority/p0 --label release-blocker

Reads issues through gh, which has to be logged in. Exit code 4 when there are blockers.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse

from releasing.blockers import labelled
from releasing.errors import PreconditionError
from releasing.shell import Shell


def main() -> int:
    """List the blockers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("--label", action="append", default=[], metavar="LABEL")
    options = parser.parse_args()
    found = labelled(Shell(), options.repository, tuple(options.label))
    if found:
        raise PreconditionError(
            f"open blockers of {options.repository}:\n  " + "\n  ".join(found),
            "close them or take the label off, then the same command again",
        )
    print(f"no open issue of {options.repository} is labelled {' or '.join(options.label)}")
    return 0


if __name__ == "__main__":
    program(main)
