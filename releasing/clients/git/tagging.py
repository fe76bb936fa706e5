"""Git tags on origin: annotated, signed where release.yaml requires it, pushed once, never moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.errors import CommandError, PreconditionError

if TYPE_CHECKING:
    from releasing.clients.git.checkout import Checkout
    from releasing.shell.command import Command


@dataclass(frozen=True)
class Annotation:
    """What a tag carries: its message, and a signature in `form` (git's gpg.format) unless that is empty."""

    message: str
    form: str = ""


def push(checkout: Checkout, tag: str, commit: str, annotation: Annotation, hint: str) -> None:
    """Put `tag` on `commit`, on origin as well; an existing tag is never moved.

    Raises PreconditionError with `hint` when somebody else was first with another commit, CommandError when the push
    failed.
    """
    sh = checkout.sh
    kind = "--sign" if annotation.form else "--annotate"
    sh.run(_git(checkout, annotation.form)["tag", "--force", kind, tag, commit, "-m", annotation.message])
    try:
        # Never forced: origin refuses when somebody else was first, and voters may already have that tag.
        sh.run(checkout.git["push", "--quiet", "origin", f"refs/tags/{tag}"])
    except CommandError as error:
        # The answer alone is not enough: origin may have taken the push, and the answer was lost.
        found = checkout.commit_of(f"refs/tags/{tag}")
        if found is None:
            raise
        sh.run(checkout.git["fetch", "--quiet", "--force", "origin", f"refs/tags/{tag}:refs/tags/{tag}"])
        there = f"{tag} is already on origin at {found[:12]}{_tagger(checkout, tag)}"
        if found != commit:
            raise PreconditionError(f"{there}; expected {commit[:12]}; tags never move", hint) from None
        sh.say(f"{there}, as wanted, although the push failed: {error.cause}")


def problem(checkout: Checkout, tag: str, branch: str, form: str) -> str:
    """What is wrong with `tag` on origin: absent, not annotated, off `branch`, or not signed in `form`.

    No signature is required when `form` is empty. git describe sees only annotated tags.
    """
    ref = f"refs/tags/{tag}"
    commit = checkout.commit_of(ref)
    if commit is None:
        return f"origin has no tag {tag}"
    listed = checkout.sh.read(checkout.listed(f"{ref}*")).split()
    if f"{ref}^{{}}" not in listed:
        return f"{tag} on origin is not annotated"
    if not checkout.is_on(commit, branch):
        return f"{tag} is at {commit[:12]}, which is not on {branch}"
    if form and not _is_signed(checkout, tag, form, listed[listed.index(ref) - 1]):
        return f"{tag} on origin has no good {form} signature (git verify-tag {tag})"
    return ""


def _is_signed(checkout: Checkout, tag: str, form: str, tag_object: str) -> bool:
    """Whether the tag that origin has (not another one of that name) carries a signature that git accepts."""
    here = checkout.sh.read(checkout.git["rev-parse", "--verify", f"refs/tags/{tag}"])
    return here == tag_object and checkout.sh.succeeds(_git(checkout, form)["verify-tag", tag])


def _git(checkout: Checkout, form: str) -> Command:
    """Git in the clone, with how tags are signed; the key comes from the release manager's own configuration."""
    return checkout.git["-c", f"gpg.format={form}"] if form else checkout.git


def _tagger(checkout: Checkout, tag: str) -> str:
    """Who tagged and when, after a comma; nothing of a tag that says neither."""
    shape = "--format=%(if)%(taggername)%(then), by %(taggername) on %(taggerdate:iso)%(end)"
    return checkout.sh.read(checkout.git["for-each-ref", shape, f"refs/tags/{tag}"])
