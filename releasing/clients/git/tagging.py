"""Git tags of a release on origin: annotated, signed where release.yaml asks for it, pushed once, never moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.clients.git import origin
from releasing.errors import CommandError, PreconditionError

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command


def push(release: Release, sh: StepShell, tag: str, commit: str) -> None:
    """Put `tag` on `commit`, on origin as well; a tag that is there already is never moved.

    Raises PreconditionError when somebody else was first with another commit, CommandError when the push failed.
    """
    text = f"{release.config.project} {tag}"
    kind = "--sign" if release.config.signing else "--annotate"
    sh.run(_git(release, sh)["tag", "--force", kind, tag, commit, "-m", text])
    try:
        # Never forced: origin refuses when somebody else was first, and voters may already have that tag.
        sh.run(origin.git(release, sh)["push", "--quiet", "origin", f"refs/tags/{tag}"])
    except CommandError as error:
        # The answer alone does not tell: the push may have been taken, and its answer lost.
        found = origin.commit_of(release, sh, f"refs/tags/{tag}")
        if found is None:
            raise
        sh.run(_fetch(release, sh, tag))
        by = _tagger(release, sh, tag)
        if found != commit:
            following = release.candidate.number + 1
            raise PreconditionError(
                f"{tag} is on origin at {found[:12]} already, by {by}; it was to be {commit[:12]}, and never moves",
                f"look at that tag; if it is wrong, the next candidate is right: --candidate {following}",
            ) from None
        sh.say(
            f"{tag} is on origin at {found[:12]} as wanted, by {by}, although the push failed: {error.cause}"
        )


def problem(release: Release, sh: StepShell, tag: str, branch: str) -> str:
    """What is wrong with `tag` on origin: absent, not annotated, off `branch`, or not signed as it should be.

    Only annotated tags are seen by git describe.
    """
    ref = f"refs/tags/{tag}"
    commit = origin.commit_of(release, sh, ref)
    if commit is None:
        return f"origin has no tag {tag}"
    listed = sh.read(origin.listed(release, sh, f"{ref}*")).split()
    if f"{ref}^{{}}" not in listed:
        return f"{tag} on origin is not annotated"
    if not origin.is_on(release, sh, commit, branch):
        return f"{tag} is at {commit[:12]}, which is not on {branch}"
    if release.config.signing and not _is_signed(release, sh, tag, listed[listed.index(ref) - 1]):
        return f"{tag} on origin has no good {release.config.signing.format} signature (git verify-tag {tag})"
    return ""


def _is_signed(release: Release, sh: StepShell, tag: str, tag_object: str) -> bool:
    """Whether the tag that origin has, and no other of that name, carries a signature that git takes for good."""
    here = sh.read(origin.git(release, sh)["rev-parse", "--verify", f"refs/tags/{tag}"])
    return here == tag_object and sh.shell.succeeds(_git(release, sh)["verify-tag", tag])


def _git(release: Release, sh: StepShell) -> Command:
    """Git in our clone, told how tags are signed; the key is that of the operator's own configuration."""
    signing = release.config.signing
    git = origin.git(release, sh)
    return git["-c", f"gpg.format={signing.format}"] if signing else git


def _fetch(release: Release, sh: StepShell, tag: str) -> Command:
    ref = f"refs/tags/{tag}"
    return origin.git(release, sh)["fetch", "--quiet", "--force", "origin", f"{ref}:{ref}"]


def _tagger(release: Release, sh: StepShell, tag: str) -> str:
    shape = "--format=%(taggername) on %(taggerdate:iso)"
    return sh.read(origin.git(release, sh)["for-each-ref", shape, f"refs/tags/{tag}"])
