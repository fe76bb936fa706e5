#!/usr/bin/env python3
"""Say whether a release can begin here: gh and git are there and logged in, and may do what it takes until its end.

  check_access.py kubeflow/kubeflow --push --hours 12 --sign ssh

Asks GitHub through gh, and changes nothing. All problems are told at once, each with what to do next; exit code 4.
A token that expires before the end, but not within the hour, is a warning.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os

from releasing.preflight import access
from releasing.shell.environment import clean_environment
from releasing.shell.programs import Shell

# What a hook's repository would set besides stays away from git.
KEPT = ("GIT_CONFIG_", "GIT_AUTHOR_", "GIT_COMMITTER_")


def main() -> int:
    """Print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("--push", action="store_true", help="the login must be allowed to push there")
    parser.add_argument("--hours", type=float, default=12, metavar="N", help="how long the release may take")
    parser.add_argument(
        "--sign", default="", choices=("openpgp", "ssh"), help="git must be able to sign with this"
    )
    options = parser.parse_args()
    need = access.Need(options.repository, options.push, options.hours, options.sign)
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    found = access.answers(Shell(clean_environment() | kept), need)
    for answer in found:
        if not answer.problem:
            print(f"warning: {answer.text}; {answer.hint}" if answer.warning else answer.text)
    access.require(found, need)
    return 0


if __name__ == "__main__":
    program(main)
