#!/usr/bin/env python3
"""Wait for an Argo workflow to end; exits 0 only when it succeeded.

When interrupted, run it again: it goes on waiting for the same workflow.
"""

from __future__ import annotations

import argparse
from datetime import datetime

from entry import program


def main() -> int:
    """Read the command line, wait, and say how it ended."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("name", metavar="NAME", help="the workflow's name")
    parser.add_argument("-n", "--namespace", required=True, metavar="NS", help="the namespace it runs in")
    parser.add_argument("--timeout", type=float, default=180, metavar="MINUTES", help="default: 180")
    parser.add_argument(
        "--login-timeout",
        type=float,
        default=30,
        metavar="MINUTES",
        help="time to log in again when the login to the cluster expires; default: 30",
    )
    options = parser.parse_args()
    from releasing.clients.cluster.workflow_watch import Watch, WatchPatience
    from releasing.shell.programs import Shell

    patience = WatchPatience(options.timeout, options.login_timeout)
    ended = Watch(Shell(), options.name, options.namespace, _show, patience)()
    _show(f"{ended.title}: {ended.phase}")
    return 0


def _show(line: str) -> None:
    print(f"{datetime.now():%H:%M:%S} {line}", flush=True)


if __name__ == "__main__":
    program(main)
