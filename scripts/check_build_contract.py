#!/usr/bin/env python3
"""Check the build_image.sh of a build context against the build contract, by reading and trying it.

  check_build_contract.py components/tensorflow-notebook-image

The trials run in a copy of FOLDER, with programs in PATH that stand in for docker, podman, buildah and gcloud and
only record how they are called: nothing is built or pushed. docs/build-contract.md has the contract.

Exit codes: 0 the contract is kept; 2 FOLDER is not a folder; 5 it is broken, each breach with file, line and hint.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Print every breach."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the build context")
    parser.add_argument(
        "--seconds",
        type=float,
        default=10,
        help="seconds that a trial may take (default: 10); without a daemon, sleep takes no time in a trial",
    )
    options = parser.parse_args()
    from releasing.builds import build_contract

    found = build_contract.breaches(options.folder, options.seconds)
    for breach in found:
        print(breach)
    build_contract.require(options.folder, found)
    print(f"{options.folder}: keeps the build contract")
    return 0


if __name__ == "__main__":
    program(main)
