#!/usr/bin/env python3
r"""Change or check image_tags.yaml, the list of which digest of each image carries which tags.

  update_image_tags.py FILE add --pattern '.*/tensorflow-.*:v20180707-5a11c84d'
      List the builds that the registry has at a matching tag, of the images in FILE, of those that the
      registry lists beside them, and of each --image NAME. Listed builds stay as they are; a release tag that is on
      one of them goes to another build only when --allow-move names it. With --tag-listed
      listed builds get the matching tags that they have in the registry. A FILE that is not there is made.
  update_image_tags.py FILE tag --pattern '.*/tensorflow-.*:v20180707-5a11c84d' --tag v0.2.1
      Set a tag on the build of each image that has a matching tag. When the tag is on another build of its
      image, nothing is written, unless --allow-move or floating-tags of release.yaml name it. (The registry
      is changed by apply_image_tags.py.)
  update_image_tags.py FILE check --registry --expect gcr.io/kubeflow-images-public/tf_operator --tag v0.2.1
      Find wrong digests and tags, repeated entries and release tags on two digests; with --registry, digests
      that the registry does not have; with --expect, images that are not listed (with --tag: at that tag).
  update_image_tags.py FILE check --checkout . --tag v0.2.1
      Also find every place, in the files that git tracks in a checkout, that refers at the tag to an image of the
      project which is not listed at it. reference-prefixes and leave-alone of release.yaml (that of
      RELEASE_CONFIG, or this tool's own) say which images those are, and which files are left out.
      Protected paths (vendored copies, tests, changelogs) are left out as update_references.py does.
  update_image_tags.py FILE sort
      Put images in the order of their names and builds in that of their age. The other actions leave rows where
      they are, so that a change shows what it changed and merges with others.

The expressions of a pattern must match the whole name and the whole tag; with --prefix their beginning is
enough. FILE is written only when something changes, in one step, and only when check would find nothing in it.
Comments, line ends and rows that do not change stay as they are written, or nothing is.

Exit codes: 0 done, or nothing to do; 2 nothing, or too much, matches; 3 the file is not valid; 4 refused;
7 the registry does not answer.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from entry import program

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry
    from releasing.image_tags import ImageRow, ImageTags
    from releasing.image_tags.row_changes import Changed


def main() -> int:
    """Do what the command line asks."""
    options = arguments()
    from releasing import image_tags

    tags = image_tags.load_or_begin(options.file) if options.action is add else image_tags.load(options.file)
    options.action(options, tags)
    return 0


def add(options: argparse.Namespace, tags: ImageTags) -> None:
    """List the builds that a registry has."""
    from releasing.clients.registry import registry_builds
    from releasing.clients.registry.progress import Progress
    from releasing.config import registries
    from releasing.errors import UsageError
    from releasing.image import ImageName, ImagePattern, movable
    from releasing.image_tags.known_builds import with_matching_tags
    from releasing.image_tags.row_changes import with_builds

    pattern = ImagePattern.parse(options.pattern, prefix=options.prefix)
    for name in options.image:
        ImageName.parse(name)
        if not pattern.takes_name(name):
            raise UsageError(f"--image {name} does not match {pattern.name.pattern!r}")
    listed = [image.name for image in tags.images]
    if not listed and not options.image:
        raise UsageError(f"{options.file} lists no image yet", "name the first ones: --image NAME …")

    async def work(client: Registry) -> list[ImageRow]:
        return await registry_builds.builds(client, listed, options.image, pattern)

    found = registries.ask(work, notice=Progress().line)
    known = with_matching_tags(tags, found, pattern) if options.tag_listed else tags
    finish(options.file, tags, with_builds(known, found, movable(options.allow_move)))


def tag(options: argparse.Namespace, tags: ImageTags) -> None:
    """Set a tag on one build of each image."""
    from releasing.config.registry_settings import settings
    from releasing.image import ImagePattern, movable
    from releasing.image_tags.row_changes import with_tag

    pattern = ImagePattern.parse(options.pattern, prefix=options.prefix)
    floats = options.tag in settings(os.environ).floating_tags
    allow_move = movable(".*" if floats else options.allow_move)
    finish(options.file, tags, with_tag(tags, pattern, options.tag, allow_move))


def sort(options: argparse.Namespace, tags: ImageTags) -> None:
    """Put the rows in order."""
    from releasing.image_tags.row_changes import Changed

    finish(options.file, tags, Changed(tags.ordered(), ()))


def check(options: argparse.Namespace, tags: ImageTags) -> None:
    """Find all problems; raises ConfigError with them."""
    from releasing.changes import image_tags_check
    from releasing.errors import ConfigError, UsageError
    from releasing.image_tags.validation import missing, problems

    if options.tag and not (options.expect or options.checkout):
        raise UsageError(
            "--tag says at which tag the images of --expect and --checkout have to be",
            "name them: --expect NAME …, or --checkout FOLDER",
        )
    where = str(options.file)
    found = problems(tags, where, every_tag=options.every_tag)
    found += missing(tags, where, options.expect, options.tag)
    if options.checkout:
        found += dangling(options, tags)
    if options.registry:
        found += image_tags_check.absent(tags, options.file)
    if found:
        raise ConfigError(f"{len(found)} problem{'s' if len(found) > 1 else ''}\n" + "\n".join(found))
    count = sum(len(image.versions) for image in tags.images)
    print(f"{where}: {count} versions of {len(tags.images)} images, no problem")


def dangling(options: argparse.Namespace, tags: ImageTags) -> list[str]:
    """Find the references of a checkout to images that the file does not list at the tag."""
    from releasing.changes import image_tags_check
    from releasing.config.config_file import load
    from releasing.config.path import config_path
    from releasing.errors import UsageError

    if not options.tag:
        raise UsageError("--checkout asks for references at one tag", "name it: --tag v0.2.1")
    if not options.checkout.is_dir():
        raise UsageError(f"{options.checkout}: no such folder", "name the folder of a checkout")
    config = load(config_path(os.environ))
    return image_tags_check.dangling(config, options.checkout, tags, options.file, options.tag, options.name)


def finish(path: Path, before: ImageTags, changed: Changed) -> None:
    """Write the file when it changed, and say what was done; nothing of it when it would not be valid."""
    from releasing.image_tags.row_text import save
    from releasing.image_tags.validation import require_valid

    require_valid(before, changed.tags, str(path))
    written = save(path, before, changed.tags)
    for line in changed.lines:
        print(line)
    print(f"{path}: {'written' if written else 'nothing to change'}")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="image_tags.yaml")
    actions = parser.add_subparsers(required=True, metavar="add|tag|sort|check")
    adding, tagging, sorting, checking = (
        actions.add_parser(name, allow_abbrev=False) for name in ("add", "tag", "sort", "check")
    )
    for chosen, action in ((adding, add), (tagging, tag), (sorting, sort), (checking, check)):
        chosen.set_defaults(action=action)
    for changing in (adding, tagging):
        changing.add_argument("--pattern", required=True, metavar="NAME_RE:TAG_RE")
        changing.add_argument(
            "--prefix",
            action="store_true",
            help="match only the beginning of name and tag, as the old scripts did",
        )
        changing.add_argument(
            "--allow-move", metavar="NAME_RE:TAG_RE", help="tags that may move from one build to another"
        )
    adding.add_argument(
        "--image", action="append", default=[], metavar="NAME", help="an image that is not yet in FILE"
    )
    adding.add_argument(
        "--tag-listed", action="store_true", help="give listed builds their matching tags, too"
    )
    tagging.add_argument("--tag", required=True, help="the tag to set")
    ask(checking)
    return parser.parse_args()


def ask(checking: argparse.ArgumentParser) -> None:
    """Add the options of a check."""
    option = checking.add_argument
    option("--registry", action="store_true", help="also check that the registry has every digest")
    option("--expect", nargs="+", action="extend", default=[], metavar="NAME")
    option("--checkout", type=Path, metavar="FOLDER", help="also check the images that it refers to at --tag")
    option("--name", action="append", default=[], metavar="NAME_RE", help=NAME)
    option("--tag", help="the tag that images of --expect and --checkout must have")
    option("--every-tag", action="store_true", help="also find other tags on two digests, such as latest")


NAME = (
    "of --checkout, only images whose whole name after the registry matches (default: all but mirrors of other "
    "hosts, such as quay.io/…)"
)

if __name__ == "__main__":
    program(main)
