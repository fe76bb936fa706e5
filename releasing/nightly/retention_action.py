"""The command that prunes nightly tags, with every image that a project has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing import image_tags, origin
from releasing.errors import PreconditionError, UsageError
from releasing.journal import Journal

if TYPE_CHECKING:
    from releasing.command import Command
    from releasing.nightly.upkeep import Upkeep
    from releasing.step_shell import StepShell


def parsed(keep: str) -> int:
    """How many tags stay, as typed; UsageError for what is no number above 0."""
    if not keep.isdecimal() or int(keep) < 1:
        raise UsageError(f"--keep {keep!r}: how many nightly tags of each image stay?", "--keep 14")
    return int(keep)


def command(work: Upkeep, sh: StepShell, keep: int) -> Command:
    """Run prune_nightlies.py on our clone and on every image that image_tags.yaml and release.yaml list."""
    listing = work.config.image_tags
    words = [work.checkout, "--keep", str(keep)]
    words += [word for image in _images(work, sh) for word in ("--image", image)]
    words += [word for tag in _being_built(work) for word in ("--tag", tag)]
    return sh["prune_nightlies.py"][(*words, *(("--images-file", listing) if listing else ()))]


def _images(work: Upkeep, sh: StepShell) -> list[str]:
    config, revision = work.config, f"origin/{work.config.default_branch}"
    names = {f"{config.registry}/{name}" for group in config.images for name in group.names}
    if config.image_tags and (content := origin.file_at(work, sh, revision, config.image_tags)):
        listed = image_tags.parse(content, config.image_tags).images
        names |= {image.name for image in listed if image.name.startswith(f"{config.registry}/")}
    if not names:
        raise PreconditionError("no image of ours is known", "image-tags of release.yaml names their list")
    return sorted(names)


def _being_built(work: Upkeep) -> list[str]:
    """The build tags of releases that were begun here: what they built may not be named anywhere yet."""
    journals = (work.state / "releases").glob("*/journal.jsonl")
    tags = {Journal(path).choices().get("build tag", "") for path in journals}
    return sorted(filter(None, tags))
