"""Some preliminary instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.changes import image_tags_edit
from releasing.config import registries
from releasing.gates import tree_claims
from releasing.preflight import access
from releasing.runbook import waivers
from releasing.runbook.step import Finding, met, step, unmet

if TYPE_CHECKING:
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
    """Check the files that no step changes, before anything is built.

    A file that does not parse, a lost parameter or the name of a candidate in a file would stop the tag at the end.
    """
    sh.require(lambda: _broken(release, sh), tree_claims.hint(release))
    sh.require(lambda: _absent(release, sh), "name builds that are there: other-images in release.yaml")
    sh.say("this step reads files and changes nothing; release.verify shows the same claims of a tag")


@check_files.verified_by
def files_are_whole(release: Release, sh: StepShell) -> Finding:
    """The files of the release branch (before it is cut, of the default branch) are what release.verify claims of a
    release, as far as no step changes them, and the registry has the builds that `other-images` names."""
    if found := _broken(release, sh) or _absent(release, sh):
        return unmet(found)
    return met(f"the files of {_revision(release, sh)} are whole")


def _broken(release: Release, sh: StepShell) -> str:
    revision = _revision(release, sh)
    commit = release.origin(sh).head(revision)
    found = tree_claims.problem(release, sh, commit, tree_claims.UNCHANGING)
    if not found and release.config.image_tags:
        default = f"origin/{release.config.default_branch}"
        found = "; ".join(image_tags_edit.faults(release, sh, default)[:MOST])
        return f"{default}: {found}" if found else ""
    return f"{revision} at {found}" if found else ""


def _absent(release: Release, sh: StepShell) -> str:
    """The builds of others that release.yaml names and the registry does not have."""
    wanted = release.other_builds.items()
    absent = [f"{image}:{tag}" for image, tag in wanted if not registries.digest(image, tag, sh.environment)]
    return f"the registry does not have {', '.join(absent)} of other-images in release.yaml" if absent else ""


def _revision(release: Release, sh: StepShell) -> str:
    there = release.origin(sh).has(f"origin/{release.branch}")
    return release.branch if there else release.config.default_branch
