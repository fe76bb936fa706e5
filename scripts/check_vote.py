#!/usr/bin/env python3
"""Fail unless the vote on a candidate passed and its commit and images are still those that were voted on.

  check_vote.py VOTES/v0.2.1-rc.0.json --commit COMMIT --image-tag v0.2.1 IMAGE...

Exit code 4 when the vote does not allow a final release.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
import os
from pathlib import Path


def main() -> int:
    """Compare the vote with the world."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("vote", type=Path, metavar="VOTE")
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    parser.add_argument("--commit", required=True)
    parser.add_argument("--image-tag", required=True)
    options = parser.parse_args()
    from releasing.config.registries import digests
    from releasing.errors import PreconditionError
    from releasing.gates.vote import problems

    there = digests(options.images, options.image_tag, os.environ) if options.images else {}
    found = problems(options.vote, options.commit, there)
    if found:
        raise PreconditionError(
            "\n".join(found),
            "record a vote: scripts/invoke vote --version X.Y.Z --result passed --evidence URL",
        )
    print(f"the vote passed, and {len(there)} images and the commit are those of the vote")
    return 0


if __name__ == "__main__":
    program(main)
