#!/usr/bin/env python3
"""Check the tools and logins that a release needs: gh and git, what they may do, and until when.

  check_access.py kubeflow/kubeflow --push --hours 12 --sign ssh

Asks GitHub through gh, and changes nothing. All problems are reported at once, each with what to do; exit code 4.
A token that expires before the end, but not within the hour, causes a warning.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os

# What a hook's repository would set besides stays away from git.
KEPT = ("GIT_CONFIG_", "GIT_AUTHOR_", "GIT_COMMITTER_")


def main() -> int:
    """Print what was found."""
    options = arguments()
    from releasing.preflight import access, repository_settings
    from releasing.shell.environment import clean_environment
    from releasing.shell.programs import Shell

    created = repository_settings.Created(tuple(options.branch), tuple(options.tag))
    need = access.GitHubNeed(
        options.repository,
        options.push,
        options.hours,
        options.sign,
        options.merge_method,
        created,
        options.checkout,
    )
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    found = access.answers(Shell(clean_environment() | kept), need)
    for answer in found:
        if not answer.problem:
            print(f"warning: {answer.text}; {answer.hint}" if answer.warning else answer.text)
    access.require(found, need)
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("--push", action="store_true", help="require the right to push")
    parser.add_argument(
        "--hours", type=float, default=12, metavar="N", help="hours that the release may take"
    )
    parser.add_argument(
        "--sign", default="", choices=("openpgp", "ssh"), help="require that git can sign in this format"
    )
    parser.add_argument(
        "--merge-method",
        default="",
        choices=("squash", "merge", "rebase"),
        help="require that it is allowed",
    )
    parser.add_argument(
        "--branch",
        action="append",
        default=[],
        metavar="NAME",
        help="a branch to create; NAME/ for any below",
    )
    parser.add_argument("--tag", action="append", default=[], metavar="NAME", help="a tag to create")
    parser.add_argument(
        "--checkout", default="", metavar="FOLDER", help="a clone that must have the whole history"
    )
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
