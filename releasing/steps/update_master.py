"""Updating the ksonnet configs for master."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds import identity
from releasing.changes import pull_requests, reference_edit
from releasing.changes.reference_edit import ReferenceEdit
from releasing.clients.git import tagging
from releasing.gates import postsubmit_checks
from releasing.runbook.choice import Choice
from releasing.runbook.step import Finding, met, proposal, step, unmet
from releasing.steps.preflight import preflight
from releasing.steps.update_images import has_images

if TYPE_CHECKING:
    from releasing.changes.pull_requests import Change
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

MASTER_COMMIT = Choice("master commit")


def newest_images(release: Release, build_tag: str) -> Change:
    """The pull request that puts every reference to a released image of the default branch at `build_tag`."""
    images = reference_edit.rules(release, release.config.built_images, build_tag)
    text = (f"Use the images of {build_tag}", f"The newest images, built for {release.tag}.")
    edit = ReferenceEdit(images, leave_alone=release.config.left_alone)
    return reference_edit.change(release, update_master.name, release.config.default_branch, text, edit)


@proposal(change=newest_images)
@step(needs=(preflight,), when=has_images)
def update_master(release: Release, sh: StepShell) -> None:
    """Propose the newest images to the default branch.

    Every reference to a released image is set to the build of this candidate, in a pull request.
    """
    pull_requests.propose(release, sh, _change(release, sh))


@update_master.verified_by
def master_update_is_proposed(release: Release, sh: StepShell) -> Finding:
    """The pull request is open or merged, or the default branch names the build everywhere."""
    if identity.known_tag(release, sh) is None:
        return unmet("this candidate's images are not built here yet")
    return pull_requests.proposed(release, sh, _change(release, sh))


@step(needs=(update_master,), when=has_images)
def merge_master_update(release: Release, sh: StepShell) -> None:
    """Wait for the presubmit of the update and merge it."""
    pull_requests.settle(release, sh, _change(release, sh))
    sh.run(release.origin(sh).fetch())


@merge_master_update.verified_by
def master_has_the_update(release: Release, sh: StepShell) -> Finding:
    """The pull request is merged, or the default branch names the build everywhere."""
    if identity.known_tag(release, sh) is None or not pull_requests.is_settled(
        release, sh, _change(release, sh)
    ):
        return unmet(f"{release.config.default_branch} does not name the newest images yet")
    return met(f"{release.config.default_branch} names the images of {sh.chosen(identity.BUILD_TAG)}")


@step(needs=(merge_master_update,), irreversible=True, when=has_images)
def tag_master(release: Release, sh: StepShell) -> None:
    """Wait for a passing postsubmit, and tag that commit with the build tag."""
    branch = release.config.default_branch
    sh.run(release.origin(sh).fetch())
    commit = sh.choose(MASTER_COMMIT, lambda: release.origin(sh).head(branch))
    sh.wait(pull_requests.waiting(release, sh, commit, release.config.checks.postsubmit))
    tag = identity.chosen_tag(release, sh)
    tagging.push(release.origin(sh), tag, commit, release.annotation(tag), release.tag_taken)


@tag_master.verified_by
def images_tag_is_on_master(release: Release, sh: StepShell) -> Finding:
    """Origin lists the annotated build tag on a commit of the default branch with a green postsubmit."""
    tag = identity.known_tag(release, sh)
    if tag is None:
        return unmet("this candidate's images are not built here yet")
    problem = tagging.problem(release.origin(sh), tag, release.config.default_branch, release.signature_form)
    commit = release.origin(sh).commit_of(f"refs/tags/{tag}")
    if problem or commit is None:
        return unmet(problem)
    if left := postsubmit_checks.unmet(release, sh, commit, f"{tag} is at {commit[:12]}, where "):
        return left
    return met(f"{tag} is at {commit} on {release.config.default_branch}")


def _change(release: Release, sh: StepShell) -> Change:
    return newest_images(release, identity.chosen_tag(release, sh))
