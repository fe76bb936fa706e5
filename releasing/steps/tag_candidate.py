"""Tagging a release candidate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from releasing.announcements import outbox
from releasing.builds import image_builds
from releasing.changes import image_tags_edit, pull_requests
from releasing.clients.git import tagging
from releasing.gates import postsubmit_checks, publishable, tree_claims
from releasing.publication import github_release, notes
from releasing.runbook import waivers
from releasing.runbook.choice import Choice
from releasing.runbook.step import Finding, met, step, unmet
from releasing.steps.update_release_branch import (
    check_blockers,
    check_release_notes,
    record_image_digests,
    wait_for_postsubmit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from releasing.changes.pull_requests import Proposal
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

CANDIDATE_COMMIT = Choice("candidate commit")


@step(
    needs=(wait_for_postsubmit, record_image_digests, check_blockers, check_release_notes),
    irreversible=True,
    given_proposals=True,
)
def tag_candidate(release: Release, sh: StepShell, proposals: Sequence[Proposal]) -> None:
    """Tag the head of the release branch as the candidate.

    Voters test this tag. It is annotated and never moved. Its commit has a green postsubmit and all pull requests of
    the release, and its files are what release.verify claims of a release.
    """
    if sh.chosen(CANDIDATE_COMMIT) is None:
        # Looked at before it is recorded: a branch that is mended is tagged at its new head.
        sh.require(
            lambda: _unfit(release, sh, release.origin(sh).head(release.branch), proposals),
            f"fix {release.branch}, then repeat the same command",
        )
        sh.require(
            lambda: tree_claims.problem(release, sh, release.origin(sh).head(release.branch)),
            tree_claims.hint(release),
        )
        sh.require(
            lambda: "; ".join(publishable.problems(release, sh)), "correct that, then repeat the same command"
        )
    outbox.check_login(release, sh)
    commit = sh.choose(CANDIDATE_COMMIT, lambda: release.origin(sh).head(release.branch))
    again = f"scripts/invoke release.rc --version {release.version} --candidate next"
    sh.require(lambda: _unfit(release, sh, commit, proposals), f"tag a later commit: {again}")
    sh.wait(pull_requests.waiting(release, sh, commit, release.config.checks.postsubmit))
    tagging.push(release.origin(sh), release.tag, commit, release.annotation(release.tag), release.tag_taken)


@tag_candidate.verified_by
def candidate_is_on_origin(release: Release, sh: StepShell, proposals: Sequence[Proposal]) -> Finding:
    """Origin lists the annotated tag on a commit of the release branch that has a green postsubmit and all pull
    requests of the release."""
    ref = f"refs/tags/{release.tag}"
    commit = release.origin(sh).commit_of(ref)
    problem = tagging.problem(release.origin(sh), release.tag, release.branch, release.signature_form)
    if problem or commit is None:
        return unmet(problem)
    if problem := _unfit(release, sh, commit, proposals):
        return unmet(problem)
    if left := postsubmit_checks.unmet(release, sh, commit, f"{release.tag} is at {commit[:12]}, where "):
        return left
    return met(f"{release.tag} is at {commit} on {release.branch}")


@step(needs=(tag_candidate,), irreversible=True)
def publish_candidate(release: Release, sh: StepShell) -> None:
    """Publish the pre-release on GitHub with notes and an image manifest.

    The manifest is uploaded to a draft, which is published last: no one sees a release without it.
    """
    github_release.publish(release, sh, image_builds.workflows(release, sh))


@publish_candidate.verified_by
def candidate_is_published(release: Release, sh: StepShell) -> Finding:
    """GitHub lists the pre-release with its notes and a manifest that agrees with the tag and the registry."""
    return github_release.published(release, sh)


@step(needs=(publish_candidate,), irreversible=True)
def announce_vote(release: Release, sh: StepShell) -> None:
    """Announce the vote on the candidate by mail.

    The mail is kept in the outbox; its Message-ID follows from the candidate, so it is the same on every run.
    """
    announcement = release.config.announcement
    end = sh.choose(_end_of_vote(announcement.vote_days), lambda: _end(announcement.vote_days))
    commit = release.origin(sh).tagged(release.tag)
    write = sh["announce_vote.py"][
        str(outbox.path(release)), *release.images, "--project", release.config.project
    ]
    write = write[
        "--candidate", release.tag, "--commit", commit, "--until", end, "--repository", release.slug
    ]
    write = write["--to", announcement.to, "--from", announcement.from_, "--notes", str(notes.path(release))]
    for waiver in waivers.told(sh.journal):
        write = write["--waiver", waiver]
    sh.run(write["--image-tag", release.image_tag])
    outbox.send(release, sh)


@announce_vote.verified_by
def vote_is_announced(release: Release, sh: StepShell) -> Finding:
    """The outbox has the mail with the commit of the candidate's tag, and it was sent if there is a mail server."""
    commit = release.origin(sh).commit_of(f"refs/tags/{release.tag}")
    return outbox.names(release, commit)


def _end_of_vote(days: int) -> Choice:
    return Choice("end of the vote", in_shell=f"$(date -u -d '+{days} days' '+%F %R UTC')")


def _end(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d %H:%M} UTC"


def _unfit(release: Release, sh: StepShell, commit: str, proposals: Sequence[Proposal]) -> str:
    """Why `commit` of the release branch may not be a candidate; nothing when it may."""
    return _lack(release, sh, commit, proposals) or image_tags_edit.strayed(release, sh, commit)


def _lack(release: Release, sh: StepShell, commit: str, proposals: Sequence[Proposal]) -> str:
    """Which of the release's own pull requests into its branch `commit` does not have."""
    changes = (propose(release, "") for propose in proposals)
    own = (change for change in changes if change.base == release.branch)
    found = (pull_requests.find(release, sh, change) for change in own)
    merged = [each for each in found if each and each.merged]
    lack = [
        f"#{each.number}" for each in merged if not release.origin(sh).contains(commit, each.merge_commit)
    ]
    return f"{commit[:12]} does not have {' and '.join(lack)} of {release.tag}" if lack else ""
