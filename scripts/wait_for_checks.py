#!/usr/bin/env python3
"""Wait until the named checks have succeeded on a commit.

  wait_for_checks.py kubeflow/kubeflow COMMIT --context kubeflow-presubmit

Ends at once when a check failed, with its name and link. It may be stopped and started again at any time; after a
lost connection it tries again. Reads commit statuses and check runs through gh, which must be logged in.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse


def main() -> int:
    """Wait, and say what for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("commit", metavar="COMMIT")
    parser.add_argument(
        "--context", action="append", default=[], metavar="NAME", help="a check that must succeed"
    )
    parser.add_argument("--timeout", type=float, default=240, metavar="MINUTES", help="default: 240")
    options = parser.parse_args()
    from releasing.clients.checks.commit_checks import wait_until_successful
    from releasing.shell.programs import Shell

    wait_until_successful(
        Shell(), options.repository, options.commit, tuple(options.context), options.timeout * 60
    )
    return 0


if __name__ == "__main__":
    program(main)
