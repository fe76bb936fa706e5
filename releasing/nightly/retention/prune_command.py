"""The command that prunes nightly tags, with every image that a project has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing import image_tags
from releasing.builds import submission
from releasing.builds.identity import BUILD_TAG
from releasing.errors import CommandError, ConfigError, PreconditionError, UsageError
from releasing.nightly import default_branch
from releasing.nightly.nights import PREFIX
from releasing.runbook.journal import Journal

if TYPE_CHECKING:
    from releasing.nightly.maintenance import NightlyTask
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.command import Command


def parsed(keep: str) -> int:
    """How many tags stay, as typed; UsageError unless it is a number above 0."""
    if not keep.isdecimal() or int(keep) < 1:
        raise UsageError(
            f"--keep {keep!r}: expected the number of nightly tags of each image to keep", "--keep 14"
        )
    return int(keep)


def command(work: NightlyTask, sh: StepShell, keep: int) -> Command:
    """Run prune_nightlies.py on the clone, for every image of the project, with the builds of current releases."""
    listing = work.config.image_tags
    words = [work.checkout, "--keep", str(keep)]
    words += [word for image in sorted(_images(work, sh)) for word in ("--image", image)]
    being_built = _begun_here(work) | _begun_elsewhere(work, sh)
    words += [word for tag in sorted(being_built) for word in ("--tag", tag)]
    return sh["prune_nightlies.py"][(*words, *(("--images-file", listing) if listing else ()))]


def _images(work: NightlyTask, sh: StepShell) -> set[str]:
    """The images that release.yaml and image_tags.yaml list, and those that the release config builds."""
    config, revision = work.config, f"origin/{work.config.default_branch}"
    names = {f"{config.registry}/{name}" for group in config.images for name in group.names}
    if config.image_tags and (content := work.origin(sh).file_at(revision, config.image_tags)):
        listed = image_tags.parse(content, config.image_tags).images
        names |= {image.name for image in listed if image.name.startswith(f"{config.registry}/")}
    names |= _built(work, sh)
    if not names:
        raise PreconditionError(
            "the images of the project are not known",
            "write 'image-tags:' in release.yaml: the file that lists them",
        )
    return names


def _built(work: NightlyTask, sh: StepShell) -> set[str]:
    """The images of the entries that resolve; the others are reported."""
    checkout = default_branch.checked_out(work, sh)
    try:
        found = default_branch.covered(work, sh, checkout)
    except ConfigError as error:
        sh.say(
            f"the images of entries are not known, because the release config is not valid:\n{error.message}"
        )
        return set()
    for problem in found.problems:
        sh.say(f"{work.settings.config}: {problem}")
    return {*found.images}


def _begun_here(work: NightlyTask) -> set[str]:
    """The build tags of releases that were begun here: their images may not be named in any file yet."""
    journals = (work.state / "releases").glob("*/journal.jsonl")
    tags = {Journal(path).chosen(BUILD_TAG) for path in journals}
    return {*filter(None, tags)}


def _begun_elsewhere(work: NightlyTask, sh: StepShell) -> set[str]:
    """The build tags of releases, without nights, of which the cluster has workflows."""
    if work.config.gcp is None:
        return set()
    try:
        found = submission.of_releases(work, sh)
    except CommandError as error:
        sh.say(
            f"workflows cannot be read, so builds of releases on other machines may count as old: {error.cause}"
        )
        return set()
    of_releases = [each for each in found if not each.labels.get(submission.RELEASE, "").startswith(PREFIX)]
    return {*filter(None, (each.labels.get(submission.BUILD, "") for each in of_releases))}
