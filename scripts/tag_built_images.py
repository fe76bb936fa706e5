#!/usr/bin/env python3
"""Give images that a build tagged as it chose the release's build tag, too.

  tag_built_images.py --workflow NAME --namespace NS --commit COMMIT --image NAME --tag v20181018-0ff21c08
  tag_built_images.py --image NAME:v-base-0ff21c0-0892 --tag v20181018-0ff21c08

With --workflow, the tag of each image is what the workflow's output parameters and commands name; where they name
none, it is the registry's tag that has the commit in it. An image that cannot be told is refused, and nothing is
tagged. Without it, each image is named with its tag. A tag that is on another digest stays there unless --allow-move
matches NAME:TAG.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.image import ImageRef


def main() -> int:
    """Find the images, and tag them."""
    options = arguments()
    from releasing.builds import made_images
    from releasing.image import movable

    images = _of_workflow(options) if options.workflow else made_images.named(options.image)
    for each in images:
        print(f"{each.tagged} is {each.digest}")
    made_images.tag_too(images, options.tag, movable(options.allow_move))
    return 0


def _of_workflow(options: argparse.Namespace) -> list[ImageRef]:
    from releasing.builds import made_images
    from releasing.clients.cluster import workflow
    from releasing.errors import PreconditionError, UsageError
    from releasing.shell.programs import Shell

    if not (options.namespace and options.commit):
        raise UsageError(
            "--workflow requires --namespace and --commit",
            "tag_built_images.py --workflow NAME --namespace NS --commit COMMIT --image NAME --tag TAG",
        )
    found = workflow.find(Shell(), options.workflow, options.namespace)
    if found is None:
        raise PreconditionError(
            f"{workflow.title(options.workflow, options.namespace)} does not exist",
            f"kubectl -n {options.namespace} get workflows",
        )
    return made_images.found(found, options.image, options.commit)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--workflow", metavar="NAME", help="the workflow that built them, which is over")
    parser.add_argument("-n", "--namespace", metavar="NS", help="its namespace")
    parser.add_argument("--commit", help="the commit that it built")
    parser.add_argument(
        "--image", action="append", required=True, metavar="NAME", help="full name of an image"
    )
    parser.add_argument("--tag", required=True, help="the tag to give")
    parser.add_argument("--allow-move", metavar="PATTERN", help="tags that may move to another digest")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
