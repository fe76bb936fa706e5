"""What release.verify would say of the tree of a commit once it is tagged: asked before the tag.

A final is the commit of its candidate, so that a candidate's commit is asked what a final has to be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from releasing.changes import image_tags_edit, prototypes
from releasing.runbook import waivers
from releasing.runbook.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Collection

    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.verification import Group
    from releasing.verification.claim import Claim
    from releasing.verification.tagged import Tagged

MOST = 10  # places that a message names
UNCHANGING = ("files parse", "parameters", "no -rc in a final")  # what no step of a release changes
TO_COME = ("own commit",)  # what only the commit of the candidate itself can answer


def problem(release: Release, sh: StepShell, commit: str, only: Collection[str] = ()) -> str:
    """The claims on the tree of `commit` that do not hold, with their places; nothing when all hold or are waived.

    `only` names the claims that are asked about (default: all).
    """
    it = at_release(release, sh, commit)
    claims = [claim for group in _groups() for claim in group(it) if not only or claim.name in only]
    return _told(release, sh, commit, claims)


def foreseen(release: Release, sh: StepShell, commit: str) -> str:
    """The same for the tree that the steps will make of that of `commit`: known before anything is built."""
    from releasing.verification.tagged import with_edit  # noqa: PLC0415 - tasks are listed without

    it = at_release(release, sh, commit)
    images = (*release.images, *image_tags_edit.operators_images(release))
    if prototypes.has_references(release):
        it = with_edit(it, prototypes.edit(release).rules, images)
    claims = [claim for group in _groups() for claim in group(it) if claim.name not in TO_COME]
    return _told(release, sh, commit, claims)


def at_release(release: Release, sh: StepShell, commit: str) -> Tagged:
    """The tree of `commit`, read as that of the final."""
    from releasing.verification.tagged import at_commit  # noqa: PLC0415 - tasks are listed without

    return at_commit(replace(release, final=True), sh, commit)


def waived_claims(release: Release, sh: StepShell) -> set[str]:
    """The claims that somebody accepted as false, for this candidate or for its final."""
    candidate = Journal(release.state / "releases" / release.candidate.tag / "journal.jsonl")
    return {*waivers.of(candidate), *waivers.of(sh.journal)}


def hint(release: Release) -> str:
    """What to do about a claim that does not hold."""
    return (
        f"fix {release.branch}; or set in release.yaml what is meant to be so (other-images, an operator's release, "
        "leave-alone for files); "
        'to tag it all the same: --waive "CLAIM, CLAIM" --because WHY'
    )


def _groups() -> tuple[Group, ...]:
    from releasing.verification import TREE  # noqa: PLC0415 - tasks are listed without

    return TREE


def _told(release: Release, sh: StepShell, commit: str, claims: list[Claim]) -> str:
    waived = waived_claims(release, sh)
    false = [claim for claim in claims if claim.holds is False and claim.name not in waived]
    return f"{commit[:12]}: " + "\n".join(map(_described, false)) if false else ""


def _described(claim: Claim) -> str:
    more = [f"and {len(claim.details) - MOST} more"] if len(claim.details) > MOST else []
    return f'"{claim.name}": {claim.found}' + "".join(
        f"\n  {each}" for each in [*claim.details[:MOST], *more]
    )
