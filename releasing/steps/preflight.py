"""Some preliminary instructions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from releasing.changes import image_tags_edit
from releasing.config import registries
from releasing.gates import named_branches, named_files, tree_claims
from releasing.preflight import access
from releasing.runbook import waivers
from releasing.runbook.step import Finding, met, step, unmet

if TYPE_CHECKING:
    from collections.abc import Callable

    from releasing.release import AnyRelease, Release
    from releasing.runbook.step_shell import StepShell

MOST = 5  # faults of image_tags.yaml that are named


@step(gate=True)
def preflight(release: AnyRelease, sh: StepShell) -> None:
    """Check the tools and logins that a release needs.

    Every problem is reported with what to type next. A token that expires before the expected end is reported, too.
    """
    need = access.need(release)
    push = ("--push",) if need.push else ()
    signing = ("--sign", need.signing) if need.signing else ()
    method = ("--merge-method", need.merge_method) if need.merge_method else ()
    created = [word for name in need.created.branches for word in ("--branch", name)]
    created += [word for name in need.created.tags for word in ("--tag", name)]
    hours = ("--hours", f"{need.hours:g}")
    history = ("--checkout", need.checkout)
    sh.wait(sh["check_access.py"][need.slug, *push, *hours, *signing, *method, *created, *history])


@preflight.verified_by
def access_will_do(release: AnyRelease, sh: StepShell) -> Finding:
    """gh and git are logged in and may push, time and requests suffice, and git can sign if tags are signed."""
    found = access.answers(sh, access.need(release))
    problems = [answer.text for answer in found if answer.problem]
    if problems:
        return unmet("; ".join(problems))
    return met("; ".join(answer.text for answer in found))


@step(needs=(preflight,), gate=True, options=waivers.OPTIONS)
def check_files(release: Release, sh: StepShell) -> None:
    """Check the files of the release as its steps will make them, before anything is built.

    A file that does not parse, a lost parameter or an image of another release would stop the tag at the end.
    """
    for problem, hint in CHECKS:
        sh.require(partial(problem, release, sh), hint(release))
    sh.say("this step reads files and changes nothing; release.verify shows the same claims of a tag")


@check_files.verified_by
def files_are_whole(release: Release, sh: StepShell) -> Finding:
    """The files of the release branch (before it is cut, of the default branch) will be what release.verify claims of
    a release, what release.yaml names exists, and the registry has the builds that `other-images` names."""
    for problem, hint in CHECKS:
        if found := problem(release, sh):
            return Finding(False, found, hint=hint(release))
    return met(f"the files of {_revision(release, sh)} are whole")


def _broken(release: Release, sh: StepShell) -> str:
    if commit := _tagged(release, sh):
        found = tree_claims.problem(release, sh, commit, tree_claims.UNCHANGING)
        return f"{release.candidate.tag} at {found}" if found else ""
    revision = _revision(release, sh)
    found = tree_claims.foreseen(release, sh, release.origin(sh).head(revision))
    return f"{revision} at {found}" if found else ""


def _strayed(release: Release, sh: StepShell) -> str:
    """Changes of image_tags.yaml on the release branch itself, which its candidate may not have."""
    if _tagged(release, sh) or _revision(release, sh) != release.branch:
        return ""
    return image_tags_edit.strayed(release, sh, release.origin(sh).head(release.branch))


def _misnamed(release: Release, sh: StepShell) -> str:
    """What is not where release.yaml says; the files of a tagged candidate are what they are."""
    return "" if _tagged(release, sh) else "\n".join(named_files.problems(release, sh))


def _faults(release: Release, sh: StepShell) -> str:
    """What is wrong in image_tags.yaml of the default branch."""
    if not release.config.image_tags:
        return ""
    default = f"origin/{release.config.default_branch}"
    found = image_tags_edit.faults(release, sh, default)
    return f"{default}: {'; '.join(found[:MOST])}" if found else ""


def _tagged(release: Release, sh: StepShell) -> str:
    """The commit of the candidate's tag on its branch, whose files no longer change; empty before it."""
    origin = release.origin(sh)
    commit = origin.commit_of(f"refs/tags/{release.candidate.tag}") or ""
    is_ours = commit and origin.has(f"origin/{release.branch}") and origin.is_on(commit, release.branch)
    return commit if is_ours else ""


def _absent(release: Release, sh: StepShell) -> str:
    """The builds of others that release.yaml names and the registry does not have."""
    wanted = release.other_builds.items()
    absent = [f"{image}:{tag}" for image, tag in wanted if not registries.digest(image, tag, sh.environment)]
    return f"the registry does not have {', '.join(absent)} of other-images in release.yaml" if absent else ""


def _revision(release: Release, sh: StepShell) -> str:
    there = release.origin(sh).has(f"origin/{release.branch}")
    return release.branch if there else release.config.default_branch


# What would stop the release later, each with what to do.
CHECKS: tuple[tuple[Callable[[Release, StepShell], str], Callable[[Release], str]], ...] = (
    (_broken, tree_claims.hint),
    (
        _faults,
        lambda of: (
            f"correct {of.config.image_tags} on {of.config.default_branch}, in a pull request of its own"
        ),
    ),
    (_strayed, image_tags_edit.back_on_branch),
    (_misnamed, lambda _of: "correct these keys in release.yaml"),
    (named_branches.problem, named_branches.hint),
    (_absent, lambda _of: "name builds that are there: other-images in release.yaml"),
)
