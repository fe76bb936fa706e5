"""Updating the release branch and tagging a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import identity
from releasing.changes import digest_table, prototypes, pull_requests
from releasing.gates import blockers, postsubmit_checks, unlisted_images
from releasing.publication import notes
from releasing.runbook import waivers
from releasing.runbook.step import Finding, met, proposal, step, unmet
from releasing.steps.update_images import apply_image_tags, has_images, update_prototypes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from releasing.changes.pull_requests import Proposal
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


@proposal(change=prototypes.change)
@step(needs=(update_prototypes, apply_image_tags), when=prototypes.has_references)
def open_release_pr(release: Release, sh: StepShell) -> None:
    """Propose the updated prototypes to the release branch."""
    pull_requests.request(release, sh, prototypes.change(release))


@open_release_pr.verified_by
def release_pr_is_open(release: Release, sh: StepShell) -> Finding:
    """The pull request is open or merged, or the release branch already contains its changes."""
    return pull_requests.proposed(release, sh, prototypes.change(release))


@step(needs=(open_release_pr,), when=prototypes.has_references, given_proposals=True)
def wait_for_presubmit(release: Release, sh: StepShell, proposals: Sequence[Proposal]) -> None:
    """Wait for the presubmit of each pull request, and merge it.

    Exactly the tested commit is merged: GitHub refuses the merge when something was pushed in between.
    """
    tag = identity.build_tag(release, sh) if release.images else ""
    for propose in proposals:
        pull_requests.settle(release, sh, propose(release, tag))
    sh.run(release.origin(sh).fetch())


@wait_for_presubmit.verified_by
def pull_requests_are_merged(release: Release, sh: StepShell, proposals: Sequence[Proposal]) -> Finding:
    """Every pull request of the release is merged, or its base already contains the change. image_tags.yaml on the
    default branch lists every image of the project that the release branch (or the candidate) refers to at the
    release's tag."""
    tag = identity.known_tag(release, sh)
    if release.images and tag is None:
        return unmet("nothing is built yet")
    wanted = [propose(release, tag or "") for propose in proposals]
    left = [change.step for change in wanted if not pull_requests.is_settled(release, sh, change)]
    if left:
        return unmet(f"not merged yet: {', '.join(left)}")
    if release.images and (missing := unlisted_images.merged(release, sh)):
        return unmet(missing)
    return met(f"{len(wanted)} changes are on their branches")


@step(needs=(wait_for_presubmit,))
def wait_for_postsubmit(release: Release, sh: StepShell) -> None:
    """Wait for a passing postsubmit of the release branch after the merge."""
    sh.run(release.origin(sh).fetch())
    head = release.origin(sh).head(release.branch)
    sh.wait(pull_requests.waiting(release, sh, head, release.config.checks.postsubmit))


@wait_for_postsubmit.verified_by
def postsubmit_is_green(release: Release, sh: StepShell) -> Finding:
    """The merge commit of the release's pull request (without one, the branch's head) has a green postsubmit."""
    if not release.origin(sh).has(f"origin/{release.branch}"):
        return unmet(f"there is no {release.branch} yet")
    merged = None
    if prototypes.has_references(release):
        change = prototypes.change(release)
        if not pull_requests.is_settled(release, sh, change):
            return unmet(f"{release.branch} does not have the release's change yet")
        merged = pull_requests.find(release, sh, change)
    commit = merged.merge_commit if merged else release.origin(sh).head(release.branch)
    if left := postsubmit_checks.unmet(release, sh, commit, f"{commit[:12]}: "):
        return left
    return met(f"postsubmit of {commit[:12]} on {release.branch} is green")


def has_document(release: Release) -> bool:
    """Whether the project keeps a release document to record digests in."""
    return has_images(release) and release.config.document is not None


@proposal(change=digest_table.change)
@step(needs=(wait_for_postsubmit,), when=has_document)
def record_image_digests(release: Release, sh: StepShell) -> None:
    """Record the image digests in the document on the release branch.

    Its pull request is merged after its own presubmit.
    """
    change = digest_table.change(release)
    if sh.needed(lambda: not pull_requests.is_settled(release, sh, change)):
        pull_requests.propose(release, sh, change)
        pull_requests.settle(release, sh, change)
    sh.run(release.origin(sh).fetch())


@record_image_digests.verified_by
def digests_are_recorded(release: Release, sh: StepShell) -> Finding:
    """The document on the release branch names the digest of each image, as the registry has it."""
    change = digest_table.change(release)
    if pull_requests.is_settled(release, sh, change):
        return met(f"{release.config.document} on {release.branch} names {len(release.images)} digests")
    return unmet(f"{release.config.document} on {release.branch} lacks the digests of {release.tag}")


@step(
    needs=(wait_for_postsubmit,),
    gate=True,
    options=waivers.OPTIONS,
    when=lambda release: bool(release.config.blockers.labels),
)
def check_blockers(release: Release, sh: StepShell) -> None:
    """Check that no known blocker issue is open.

    A blocker that does not matter after all is waived by its number and a reason, which the vote mail repeats.
    """
    command = sh["check_blockers.py"][release.slug]
    for label in release.config.blockers.labels:
        command = command["--label", label]
    command = command["--milestone", release.milestone] if release.milestone else command
    for number in waivers.of(sh.journal):
        command = command["--waived", number]
    sh.wait(command)


@check_blockers.verified_by
def no_blockers_are_open(release: Release, sh: StepShell) -> Finding:
    """Every open issue with a blocker's label is waived."""
    labels = release.config.blockers.labels
    everything = blockers.found(sh, release.slug, labels, release.milestone)
    left = blockers.without(everything, waivers.of(sh.journal))
    if left:
        return unmet(f"blockers are open: {'; '.join(map(str, left))}")
    passed = f", but for {len(everything)} that are waived" if everything else ""
    return met(f"no open issue is labelled {' or '.join(labels)}{passed}")


@step(needs=(wait_for_postsubmit, record_image_digests), gate=True, options=waivers.OPTIONS)
def check_release_notes(release: Release, sh: StepShell) -> None:
    """Ensure that the release notes are up to date.

    A draft is written when there are no notes. A person may edit it, but it must mention every pull request.
    """
    sh.run(notes.draft(release, sh))


@check_release_notes.verified_by
def notes_mention_every_pull_request(release: Release, sh: StepShell) -> Finding:
    """The notes of the version mention every pull request merged into the branch since the previous release."""
    return notes.complete(release, sh)
