#!/usr/bin/env python3
r"""Change or check image_tags.yaml, the list of which digest of each image carries which tags.

  update_image_tags.py FILE add --pattern '.*/tensorflow-.*:v20180707-5a11c84d'
      List the builds that the registry has at a matching tag, of the images in FILE, of those that the
      registry lists beside them, and of each --image NAME. Listed builds stay as they are.
  update_image_tags.py FILE tag --pattern '.*/tensorflow-.*:v20180707-5a11c84d' --tag v0.2.1
      Set a tag on the build of each image that has a matching tag, and take it off another build of the
      image; with --no-move that is refused. (The registry is another matter: apply_image_tags.py.)
  update_image_tags.py FILE check --registry --expect gcr.io/kubeflow-images-public/tf_operator --tag v0.2.1
      Find wrong digests and tags, repeated entries and release tags on two digests; with --registry, digests
      that the registry does not have; with --expect, images that are not listed (with --tag: at that tag).

The expressions of a pattern have to match the whole name and the whole tag; with --prefix their beginning is
enough. FILE is written only when something changes, in one step.

Exit codes: 0 done, or nothing to do; 2 nothing, or too much, matches; 3 the file is not valid; 4 refused;
7 the registry does not answer.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from entry import program

from releasing import image_tags, registry
from releasing.errors import ConfigError, UsageError
from releasing.image_name import DIGEST, ImageName, ImagePattern
from releasing.image_tags.changes import Changed, with_builds, with_tag
from releasing.image_tags.validation import missing, problems
from releasing.registry import builds as registry_builds
from releasing.registry.progress import Progress

if TYPE_CHECKING:
    from releasing.image_tags import Image, ImageTags
    from releasing.registry.client import Registry


def main() -> int:
    """Do what the command line asks."""
    options = arguments()
    tags = image_tags.load(options.file)
    options.action(options, tags)
    return 0


def add(options: argparse.Namespace, tags: ImageTags) -> None:
    """List the builds that a registry has."""
    pattern = ImagePattern.parse(options.pattern, prefix=options.prefix)
    for name in options.image:
        ImageName.parse(name)
        if not pattern.takes_name(name):
            raise UsageError(f"--image {name} does not match {pattern.name.pattern!r}")
    listed = [image.name for image in tags.images]

    async def work(client: Registry) -> list[Image]:
        return await registry_builds.builds(client, listed, options.image, pattern)

    finish(options.file, tags, with_builds(tags, registry.ask(work, notice=Progress().line)))


def tag(options: argparse.Namespace, tags: ImageTags) -> None:
    """Set a tag on one build of each image."""
    pattern = ImagePattern.parse(options.pattern, prefix=options.prefix)
    finish(options.file, tags, with_tag(tags, pattern, options.tag, may_move=not options.no_move))


def check(options: argparse.Namespace, tags: ImageTags) -> None:
    """Find all problems; raises ConfigError with them."""
    if options.tag and not options.expect:
        raise UsageError(
            "--tag says at which tag the images of --expect have to be", "name them: --expect NAME …"
        )
    where = str(options.file)
    found = problems(tags, where) + missing(tags, where, options.expect, options.tag)
    if options.registry:
        found += absent(tags, where)
    if found:
        raise ConfigError(f"{len(found)} problem{'s' if len(found) > 1 else ''}\n" + "\n".join(found))
    count = sum(len(image.versions) for image in tags.images)
    print(f"{where}: {count} versions of {len(tags.images)} images, no problem")


def absent(tags: ImageTags, where: str) -> list[str]:
    """Find the digests that the registry does not have."""
    rows = [(i.name, v) for i in tags.images for v in i.versions if DIGEST.fullmatch(v.digest)]

    async def work(client: Registry) -> list[str | None]:
        return await registry.together(client.digest(name, version.digest) for name, version in rows)

    found = registry.ask(work, notice=Progress().line)
    return [
        f"{where}:{version.line}: {name}@{version.digest} is not in the registry"
        for (name, version), digest in zip(rows, found, strict=True)
        if digest != version.digest
    ]


def finish(path: Path, before: ImageTags, changed: Changed) -> None:
    """Write the file when it changed, and say what was done."""
    print("\n".join(changed.lines))
    print(f"{path}: {'written' if image_tags.save(path, before, changed.tags) else 'nothing to change'}")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="image_tags.yaml")
    actions = parser.add_subparsers(required=True, metavar="add|tag|check")
    adding, tagging, checking = (
        actions.add_parser(name, allow_abbrev=False) for name in ("add", "tag", "check")
    )
    for changing, action in ((adding, add), (tagging, tag)):
        changing.set_defaults(action=action)
        changing.add_argument("--pattern", required=True, metavar="NAME_RE:TAG_RE")
        changing.add_argument(
            "--prefix", action="store_true", help="match beginnings, as the old scripts did"
        )
    adding.add_argument(
        "--image", action="append", default=[], metavar="NAME", help="an image not in FILE yet"
    )
    tagging.add_argument("--tag", required=True, help="the tag to set")
    tagging.add_argument("--no-move", action="store_true", help="refuse when another build has the tag")
    checking.set_defaults(action=check)
    checking.add_argument(
        "--registry", action="store_true", help="also look for every digest in the registry"
    )
    checking.add_argument("--expect", nargs="+", action="extend", default=[], metavar="NAME")
    checking.add_argument("--tag", help="the tag that expected images have to have")
    return parser.parse_args()


if __name__ == "__main__":
    program(main)
