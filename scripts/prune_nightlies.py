#!/usr/bin/env python3
"""List nightly tags that are no longer used, and delete them with --write.

  prune_nightlies.py CHECKOUT --keep 14 --image gcr.io/kubeflow-images-public/katib-frontend

Of each image, the newest tags vYYYYMMDD-SHA8 stay, as many as --keep says. An older tag stays when a file on any
branch or tag of origin names it or its digest, when its build has another kind of tag, or when a --tag names it.
CHECKOUT is a clone with all branches and tags of origin; nothing is done when it lacks one. A registry that deletes
only whole manifests loses a build when all tags of that build go.

Credentials and RELEASE_REGISTRY_MIRRORS are as for apply_image_tags.py; gcloud is not used to delete.

Exit codes: 0 done, 2 the command line, 4 refused, 5 a tag is gone that should have stayed, 7 no answer.
"""

from __future__ import annotations

from entry import program  # isort: skip

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry
    from releasing.nightly.retention.old_tags import Pruned


def main() -> int:
    """List, and with --write delete."""
    options = arguments()
    from releasing.clients.registry.progress import Progress
    from releasing.config import registries
    from releasing.errors import UsageError
    from releasing.nightly import named_builds
    from releasing.nightly.retention import old_tags, prune_report
    from releasing.shell.git_guard import NETWORK, reading

    if options.keep < 1:
        raise UsageError(f"--keep {options.keep}: at least the newest one stays", "--keep 14")
    shell = reading(options.checkout, protocols=NETWORK)
    git = shell["git"]["-C", str(options.checkout)]
    revisions = named_builds.refs(git, shell)
    named = named_builds.read(git, shell, revisions, options.images_file)
    progress = Progress()

    rules = old_tags.RetentionRules(options.keep, named, frozenset(options.tag))

    async def work(client: Registry) -> Pruned:
        return await old_tags.prune(client, options.image, rules, progress.phase, write=options.write)

    found = registries.ask(work, notice=progress.line)
    print(
        prune_report.as_json(found) if options.json else "\n".join(prune_report.lines(found, options.write))
    )
    found.raise_failures()
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("checkout", type=Path, metavar="CHECKOUT")
    parser.add_argument(
        "--keep", type=int, required=True, metavar="N", help="number of tags of each image to keep"
    )
    parser.add_argument(
        "--image", action="append", required=True, help="full name of an image; may be repeated"
    )
    parser.add_argument(
        "--tag", action="append", default=[], help="a tag to keep of every image; may be repeated"
    )
    parser.add_argument("--images-file", metavar="PATH", help="image_tags.yaml, as the repository has it")
    parser.add_argument("--write", action="store_true", help="delete them")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
