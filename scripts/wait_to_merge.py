#!/usr/bin/env python3
"""Wait until a pull request may be merged: its checks succeeded, and the rules of its base branch are met.

  wait_to_merge.py kubeflow/kubeflow 1170 HEAD --context kubeflow-presubmit

It also waits for required reviews and merge queues. It ends at once when a check failed (with name and link), when
the pull request conflicts or was closed, or when another commit was pushed to it. It may be stopped and started again
at any time; after a lost connection it tries again. Works through gh, which must be logged in.
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
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("head", metavar="HEAD", help="the commit to merge")
    parser.add_argument(
        "--context", action="append", default=[], metavar="NAME", help="a check that must succeed"
    )
    parser.add_argument("--timeout", type=float, default=1440, metavar="MINUTES", help="default: a day")
    options = parser.parse_args()
    from releasing.clients.checks.mergeability import wait_until_mergeable
    from releasing.shell.programs import Shell

    contexts = tuple(options.context)
    wait_until_mergeable(
        Shell(), options.repository, options.number, options.head, contexts, options.timeout * 60
    )
    return 0


if __name__ == "__main__":
    program(main)
