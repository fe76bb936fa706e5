#!/usr/bin/env python3
"""Print the newest commit of a branch on which the named checks succeeded.

  latest_green_commit.py kubeflow/kubeflow master --context kubeflow-postsubmit
  latest_green_commit.py kubeflow/kubeflow master \\
    --testgrid https://testgrid-api.prow.k8s.io sig-big-data kubeflow-postsubmit

Reads commit statuses and check runs from GitHub through gh, which must be logged in. With --testgrid, reads the
columns of a testgrid; GitHub then only has to know the commit. RELEASE_TESTGRID=URL replaces the testgrid's URL.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os


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
    parser.add_argument(
        "--testgrid",
        nargs=3,
        metavar=("URL", "DASHBOARD", "TAB"),
        help="read this testgrid instead of GitHub's checks",
    )
    options = parser.parse_args()
    print(_found(options))
    return 0


def _found(options: argparse.Namespace) -> str:
    from releasing.clients.checks import commit_checks, testgrid
    from releasing.clients.checks.testgrid_tab import Tab
    from releasing.shell.programs import Shell

    if options.testgrid:
        url, dashboard, name = options.testgrid
        tab = Tab.chosen(url, dashboard, name, os.environ)
        return testgrid.latest_green(Shell(), tab, options.repository, options.branch)
    return commit_checks.latest_green(Shell(), options.repository, options.branch, tuple(options.context))


if __name__ == "__main__":
    program(main)
