"""The git tag: on origin, annotated, signed, on the release branch, and for a final on its candidate's commit."""

from __future__ import annotations

from collections.abc import Iterator

from releasing.clients.git import release_names
from releasing.verification.claim import Claim, counted
from releasing.verification.tagged import Tagged


def claims(it: Tagged) -> Iterator[Claim]:
    """The claims on the tag and its branch; without a tag only that it is missing."""
    yield _exists(it)
    yield _branch_exists(it)
    if not it.commit:
        return
    yield _annotated(it)
    if signing := it.release.config.signing:
        yield _signed(it, signing.format)
    if f"refs/heads/{it.release.branch}" in it.refs:
        yield _on_branch(it)
        yield _branch_came_first(it)
    if it.release.final:
        yield _is_the_candidate(it)


def commit_claims(it: Tagged) -> Iterator[Claim]:
    """Two finals on one commit: the later one has nothing that the first did not have. Asked before the tag, too."""
    if not it.release.final:
        return
    same = [
        name.tag
        for tag in it.tags
        if (name := release_names.read(tag)) and name.kind == "final" and name.version != it.release.version
        if it.commit_of(tag) == it.commit
    ]
    found = f"{it.short} is {' and '.join(sorted(same))}, too" if same else f"{it.short} is no other final"
    yield Claim("own commit", not same, found)


def _exists(it: Tagged) -> Claim:
    if not it.commit:
        return Claim("tag", False, f"origin has no tag {it.release.tag}")
    if it.tag != it.release.tag:
        return Claim(
            "tag", False, f"origin has no tag {it.release.tag}; {it.tag} is read instead, at {it.commit}"
        )
    return Claim("tag", True, f"{it.tag} is at {it.commit}")


def _annotated(it: Tagged) -> Claim:
    """Git describe, which names builds, sees only annotated tags."""
    annotated = f"refs/tags/{it.tag}^{{}}" in it.refs
    return Claim("annotated", annotated, "an annotated tag" if annotated else "a lightweight tag")


def _signed(it: Tagged, form: str) -> Claim:
    """Whether git accepts the tag's signature."""
    good = it.sh.succeeds(it.git["-c", f"gpg.format={form}", "verify-tag", it.tag])
    return Claim("signed", good, f"{'a' if good else 'no'} good {form} signature")


def _branch_exists(it: Tagged) -> Claim:
    there = f"refs/heads/{it.release.branch}" in it.refs
    return Claim("branch", there, f"origin has {'' if there else 'no '}{it.release.branch}")


def _on_branch(it: Tagged) -> Claim:
    branch = it.release.branch
    if it.release.origin(it.sh).is_on(it.commit, branch):
        return Claim("on its branch", True, f"{it.short} is on {branch}")
    where = it.read("branch", "--remotes", "--contains", it.commit, "--format=%(refname:lstrip=3)").split()
    default = it.release.config.default_branch
    seen = default if default in where else ", ".join(where[:3]) or "no branch"
    return Claim("on its branch", False, f"{it.short} is on {seen}, not on {branch}")


def _branch_came_first(it: Tagged) -> Claim:
    """Whether the branch began at the tag's commit or before it, according to its history."""
    branch, default = f"origin/{it.release.branch}", f"origin/{it.release.config.default_branch}"
    own = it.read("rev-list", "--first-parent", "--reverse", branch, f"^{default}").split()
    cut = it.read("rev-parse", "--verify", f"{own[0]}^" if own else branch)
    name = "branch came first"
    if it.commit != cut and it.sh.succeeds(it.git["merge-base", "--is-ancestor", it.commit, cut]):
        count = it.read("rev-list", "--count", f"{it.commit}..{cut}")
        return Claim(
            name, False, f"{it.release.branch} was cut {counted(int(count), 'commit')} after {it.tag}"
        )
    return Claim(name, True, f"{it.release.branch} begins at {cut[:12]}")


def _is_the_candidate(it: Tagged) -> Claim:
    candidate = release_names.newest(it.names, "candidate")
    if candidate is None:
        return Claim("candidate", False, f"{it.tag} had no candidate")
    commit = it.commit_of(candidate.tag)
    if commit == it.commit:
        return Claim("candidate", True, f"{it.tag} is the commit of {candidate.tag}")
    ahead = it.read("rev-list", "--count", f"{commit}..{it.commit}")
    behind = it.read("rev-list", "--count", f"{it.commit}..{commit}")
    found = f"{it.tag} is {counted(int(ahead), 'commit')} after {candidate.tag}"
    found += f", and lacks {behind} of that candidate's commits" if behind != "0" else ""
    return Claim("candidate", False, found)
