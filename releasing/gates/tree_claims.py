"""What release.verify would say of the tree of a commit once it is tagged: asked before the tag.

A final is the commit of its candidate, so that a candidate's commit is asked what a final has to be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from releasing.runbook import waivers
from releasing.runbook.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.verification.claim import Claim

MOST = 10  # places that a message names
# What no step of a release changes: known before anything is built.
UNCHANGING = ("files parse", "parameters", "no -rc in a final")


def problem(release: Release, sh: StepShell, commit: str, only: Collection[str] = ()) -> str:
    """The claims on the tree of `commit` that do not hold, with their places; nothing when all hold or are waived.

    `only` names the claims that are asked about (default: all).
    """
    waived = waived_claims(release, sh)
    false = [
        claim
        for claim in _claims(release, sh, commit)
        if claim.holds is False and claim.name not in waived and (not only or claim.name in only)
    ]
    return f"{commit[:12]}: " + "; ".join(map(_described, false)) if false else ""


def waived_claims(release: Release, sh: StepShell) -> set[str]:
    """The claims that somebody accepted as false, for this candidate or for its final."""
    candidate = Journal(release.state / "releases" / release.candidate.tag / "journal.jsonl")
    return {*waivers.of(candidate), *waivers.of(sh.journal)}


def hint(release: Release) -> str:
    """What to do about a claim that does not hold."""
    return (
        f"fix {release.branch}, or list files that are meant to be so under leave-alone in release.yaml; "
        'to tag it all the same: --waive "CLAIM" --because WHY'
    )


def _claims(release: Release, sh: StepShell, commit: str) -> Iterable[Claim]:
    from releasing.verification import TREE  # noqa: PLC0415 - tasks are listed without
    from releasing.verification.tagged import at_commit  # noqa: PLC0415

    it = at_commit(replace(release, final=True), sh, commit)
    return [claim for group in TREE for claim in group(it)]


def _described(claim: Claim) -> str:
    more = [f"and {len(claim.details) - MOST} more"] if len(claim.details) > MOST else []
    return f'"{claim.name}": {claim.found}' + "".join(
        f"\n  {each}" for each in [*claim.details[:MOST], *more]
    )
