"""What all images of a release share: the commit that they are built from, and the tag that names it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from releasing.builds import submission
from releasing.changes import image_tags_edit
from releasing.errors import PreconditionError
from releasing.runbook.choice import Choice

if TYPE_CHECKING:
    from releasing.release import AnyRelease, Release
    from releasing.runbook.step_shell import StepShell

COMMIT = Choice("commit")
SHORT_COMMIT = Choice("short commit", in_shell='$(printf %.8s "$commit")')
BUILD_TAG = Choice("build tag", in_shell='v$(date -u +%Y%m%d)-"$short_commit"')


def commit(release: AnyRelease, sh: StepShell) -> str:
    """The commit that all images of this release are built from: the latest green postsubmit.

    What was submitted for this release from another machine keeps its commit.
    """
    return sh.choose(
        COMMIT, lambda: submission.pinned(release, sh, submission.COMMIT) or latest_green(release, sh)
    )


def latest_green(release: AnyRelease, sh: StepShell) -> str:
    """The commit of the latest green postsubmit on the default branch."""
    latest = sh["latest_green_commit.py"][release.slug, release.config.default_branch, *_source(release)]
    return sh.read(latest, pending=COMMIT.name, known=True)


def _source(release: AnyRelease) -> list[str]:
    """The options that say who knows which commits are green: the testgrid of release.yaml, or GitHub."""
    checks = release.config.checks
    if checks.testgrid:
        return ["--testgrid", checks.testgrid.url, checks.testgrid.dashboard, checks.testgrid.tab]
    return [word for context in checks.postsubmit for word in ("--context", context)]


def short_commit(release: Release, sh: StepShell) -> str:
    """The first eight digits of the commit, as the runbook's PULL_BASE_SHA has them."""
    return shortened(sh, commit(release, sh))


def shortened(sh: StepShell, full: str) -> str:
    """The first eight digits of the chosen commit `full`."""
    return sh.choose(SHORT_COMMIT, lambda: full[:8])


def known_tag(release: Release, sh: StepShell) -> str | None:
    """The build tag of this release: as chosen, or as its own change of image_tags.yaml says; None before both.

    The second makes a release that somebody carried out by hand readable without a journal.
    """
    return sh.chosen(BUILD_TAG) or image_tags_edit.listed_build(release, sh)


def chosen_tag(release: Release, sh: StepShell) -> str:
    """The build tag of this release; PreconditionError before anything is built."""
    tag = known_tag(release, sh)
    if tag is None:
        raise PreconditionError(
            "the images of this candidate are not built here yet", "build them first: release.rc"
        )
    return tag


def build_tag(release: Release, sh: StepShell) -> str:
    """The tag of every image that this release builds: vYYYYMMDD-SHA8."""
    short = short_commit(release, sh)
    return sh.choose(
        BUILD_TAG,
        lambda: (
            image_tags_edit.listed_build(release, sh)
            or _submitted(release, sh, short)
            or f"v{datetime.now(UTC):%Y%m%d}-{short}"
        ),
    )


def _submitted(release: Release, sh: StepShell, short: str) -> str:
    """The tag that workflows of this release build which were submitted elsewhere; empty without any.

    Raises PreconditionError when they build another commit: this one was named with --commit on this machine.
    """
    tag = submission.pinned(release, sh, submission.BUILD)
    if tag and not tag.endswith(f"-{short}"):
        raise PreconditionError(
            f"workflows of {release.tag} in the cluster build {tag}, not {short}",
            "one candidate is built from one commit: continue on the machine that submitted them, "
            "or build another commit with --candidate next once this candidate is tagged",
        )
    return tag
