#!/usr/bin/env python3
"""Run `make push` in a clean worktree at one commit, and find what it pushed in the registry.

  push_bootstrapper.py bootstrap --commit COMMIT --image gcr.io/kubeflow-images-public/bootstrapper --tag TAG

What make pushed is read from its output: docker's `TAG: digest: sha256:…`, or a line `Pushed IMAGE:TAG`. With --tag
make is given TAG=…, and anything else that it pushes is an error; without it make chooses. A worktree that has
changes or ignored files, or is at another commit, is refused. build.py of Kubeflow clones the branch that
image_registries.yaml names; where that is the worktree's own repository, it gets the commit instead.

Exit codes: 4 the worktree has changes or another commit; 5 make pushed something else; 6 make failed.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path


def main() -> int:
    """Push, and print what is in the registry now."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the Makefile is")
    parser.add_argument("--commit", required=True, help="commit that the worktree must be at")
    parser.add_argument(
        "--image",
        action="append",
        required=True,
        metavar="NAME",
        help="full name of an image that may be pushed",
    )
    parser.add_argument("--tag", default="", help="tag to pass to make")
    parser.add_argument("--also", default="", metavar="TAG", help="further tag for the same digest")
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="write the tag that was pushed to this file"
    )
    options = parser.parse_args()
    from releasing.builds import made_images, make_push
    from releasing.shell.files import replace_text

    found = make_push.push(
        options.folder, options.commit, options.image, options.tag, lambda line: print(line, flush=True)
    )
    for each in found:
        print(f"{each.tagged} is {each.digest}")
    if options.record:
        replace_text(options.record, f"{found[0].tag}\n", private=True)
    if options.also:
        made_images.tag_too(found, options.also)
    return 0


if __name__ == "__main__":
    program(main)
