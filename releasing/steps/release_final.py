"""Release votes and releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.announcements import outbox
from releasing.builds import image_builds
from releasing.clients.git import tagging
from releasing.config import registries
from releasing.gates import publishable, tree_claims, vote, vote_record
from releasing.publication import github_release, notes
from releasing.runbook import waivers
from releasing.runbook.step import Finding, met, step, unmet
from releasing.steps.preflight import preflight

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


@step(needs=(preflight,), gate=True, options=waivers.OPTIONS)
def check_vote(release: Release, sh: StepShell) -> None:
    """Check that the vote passed and that the candidate can be released.

    Commit and images must still be those of the vote. What later steps need is checked here, because a final
    tag cannot be taken back: the candidate's tag and its files, the notes, and the images of the manifest.
    """
    sh.require(lambda: "; ".join(_unfit(release, sh)), "correct that, then repeat the same command")
    outbox.check_login(release, sh)
    commit = release.origin(sh).tagged(release.candidate.tag)
    check = sh["check_vote.py"][str(vote.path(release)), *release.images]
    sh.wait(check["--commit", commit, "--image-tag", release.image_tag])


@check_vote.verified_by
def vote_has_passed(release: Release, sh: StepShell) -> Finding:
    """The recorded vote passed, and names the commit of the candidate's tag and the digests in the registry. The
    candidate's tag and files, the notes and the images are what the steps of the final require."""
    commit = release.origin(sh).commit_of(f"refs/tags/{release.candidate.tag}")
    digests = registries.digests(release.images, release.image_tag, sh.environment) if release.images else {}
    problems = vote.problems(vote.path(release), commit, digests)
    if problems := problems or _unfit(release, sh):
        return unmet("; ".join(problems))
    return met(f"the vote on {release.candidate.tag} passed, and its commit and images are unchanged")


def _unfit(release: Release, sh: StepShell) -> list[str]:
    """Why the candidate may not become the final: all that later steps, or release.verify, would find."""
    if problem := vote_record.candidate_problem(release, sh):
        return [problem]
    claims = tree_claims.problem(release, sh, release.origin(sh).tagged(release.candidate.tag))
    return [
        *([f"{claims}\n{tree_claims.hint(release)}"] if claims else []),
        *publishable.problems(release, sh),
    ]


@step(needs=(check_vote,), irreversible=True)
def tag_final(release: Release, sh: StepShell) -> None:
    """Tag the commit of the candidate as the release.

    This is exactly the commit that was voted on, even if the release branch has newer commits.
    """
    origin, tag = release.origin(sh), release.tag
    tagging.push(
        origin, tag, origin.tagged(release.candidate.tag), release.annotation(tag), release.tag_taken
    )


@tag_final.verified_by
def final_is_the_candidates_commit(release: Release, sh: StepShell) -> Finding:
    """Origin lists the annotated tag on the commit of the candidate's tag."""
    problem = tagging.problem(release.origin(sh), release.tag, release.branch, release.signature_form)
    if problem:
        return unmet(problem)
    commit = release.origin(sh).commit_of(f"refs/tags/{release.tag}")
    voted = release.origin(sh).commit_of(f"refs/tags/{release.candidate.tag}")
    if commit != voted:
        return unmet(f"{release.tag} is at {commit}, but {release.candidate.tag} is at {voted}")
    return met(f"{release.tag} is at {commit}, as {release.candidate.tag} is")


@step(needs=(tag_final,), irreversible=True)
def publish_release(release: Release, sh: StepShell) -> None:
    """Publish the release on GitHub with notes and an image manifest.

    The manifest is uploaded to a draft, which is published last.
    """
    github_release.publish(release, sh, image_builds.workflows(release, sh))


@publish_release.verified_by
def release_is_published(release: Release, sh: StepShell) -> Finding:
    """GitHub lists the release with its notes and a manifest that agrees with the tag and the registry."""
    return github_release.published(release, sh)


@step(needs=(publish_release,), irreversible=True)
def announce_release(release: Release, sh: StepShell) -> None:
    """Announce the release by mail."""
    announcement = release.config.announcement
    commit = release.origin(sh).tagged(release.tag)
    write = sh["announce_release.py"][
        str(outbox.path(release)), *release.images, "--project", release.config.project
    ]
    write = write["--release", release.tag, "--commit", commit, "--repository", release.slug]
    write = write["--to", announcement.to, "--from", announcement.from_, "--notes", str(notes.path(release))]
    sh.run(write["--image-tag", release.image_tag])
    outbox.send(release, sh)


@announce_release.verified_by
def release_is_announced(release: Release, sh: StepShell) -> Finding:
    """The outbox has the mail with the commit of the release's tag, and it was sent if there is a mail server."""
    return outbox.names(release, release.origin(sh).commit_of(f"refs/tags/{release.tag}"))
