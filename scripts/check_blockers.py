#!/usr/bin/env python3
"""Fail when an issue with one of the labels is open, and list all of them.

  check_blockers.py kubeflow/kubeflow --label priority/p0 --label release-blocker --milestone 0.2.1 --waived 1018

With --milestone, only issues of that milestone count. Reads issues through gh, which must be logged in. Exit code 4
when there are blockers.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse


def main() -> int:
    """List the blockers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("--label", action="append", default=[], metavar="LABEL")
    parser.add_argument(
        "--milestone", default="", metavar="TITLE", help="count only issues of this milestone"
    )
    parser.add_argument("--waived", action="append", default=[], metavar="NUMBER", help="ignore this issue")
    options = parser.parse_args()
    from releasing.errors import PreconditionError
    from releasing.gates import blockers
    from releasing.shell.programs import Shell

    everything = blockers.found(Shell(), options.repository, tuple(options.label), options.milestone)
    left = blockers.without(everything, options.waived)
    if left:
        raise PreconditionError(
            f"open blockers of {options.repository}:\n  " + "\n  ".join(map(str, left)),
            'close them or take the label off; or check-blockers --waive NUMBER --because "WHY"',
        )
    print(f"no blocker of {options.repository} is open, {len(everything)} waived")
    return 0


if __name__ == "__main__":
    program(main)
