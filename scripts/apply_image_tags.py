#!/usr/bin/env python3
r"""Tag images in the registry as image_tags.yaml says.

The pattern NAME_RE:TAG_RE selects rows and tags of the file. It is two regular expressions that must match the whole
image name and the whole tag. Tags that are right are left alone; missing tags are written and read back.
Nothing is written when a digest is missing in the registry, or when a tag is on another digest and
neither --allow-move nor floating-tags of release.yaml names it. Repeat the command to write only what is missing.

  apply_image_tags.py --images-file releasing/image_tags.yaml --pattern '.*/tensorflow-.*:v0\.2\.1' --plan

Credentials are Docker's (docker login) or, for Google's registries, gcloud's (gcloud auth login). The registries
section of release.yaml, or of the file that RELEASE_CONFIG names, says how a registry is reached;
RELEASE_REGISTRY_MIRRORS=HOST=URL,… sends the requests for a registry host elsewhere.

Exit codes: 0 all tags are right, 2 nothing selected, 3 the file is not valid, 4 refused, 5 failed, 7 the registry
does not answer.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from entry import program

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry


def main() -> int:
    """Plan, and unless --plan, write; shows one line per tag."""
    options = arguments()
    from releasing import image_tags
    from releasing.clients.registry import promotion
    from releasing.clients.registry.progress import Progress
    from releasing.clients.registry.promotion_report import facts, lines
    from releasing.config import registries
    from releasing.config.registry_settings import settings
    from releasing.image import ImagePattern, movable

    tags = image_tags.load(options.images_file)
    wanted = promotion.asked(tags, ImagePattern.parse(options.pattern), str(options.images_file))
    allow_move = movable(options.allow_move)
    floating = settings(os.environ).floating_tags
    progress = Progress()

    async def work(client: Registry) -> promotion.PromotionPlan | promotion.PromotionReport:
        plan = await promotion.plan(client, wanted, allow_move, progress.phase, floating)
        return plan if options.plan else await promotion.apply(client, plan, progress.phase)

    result = registries.ask(work, notice=progress.line)
    print(json.dumps(facts(result), indent=2) if options.json else "\n".join(lines(result)))
    if isinstance(result, promotion.PromotionReport):
        result.raise_failures()
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--images-file", type=Path, required=True, metavar="FILE", help="image_tags.yaml")
    parser.add_argument("--pattern", required=True, metavar="NAME_RE:TAG_RE", help="rows and tags to apply")
    parser.add_argument("--plan", action="store_true", help="only show what would be written")
    parser.add_argument(
        "--allow-move", metavar="PATTERN", help="tags NAME:TAG that may move to another digest"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
