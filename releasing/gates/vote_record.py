"""Recording a vote: what it was about is read from the world, so that a final can be held against it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from releasing.clients.git import tagging
from releasing.config import registries
from releasing.errors import PreconditionError, UsageError
from releasing.gates import vote

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def candidate_problem(release: Release, sh: StepShell) -> str:
    """Why the tag of the candidate may not become that of the final; what the final's own check asks."""
    return tagging.problem(release.origin(sh), release.candidate.tag, release.branch, release.signature_form)


def require_address(evidence: str) -> None:
    """Raise UsageError unless others can open the evidence: it is repeated in mails and kept with the release."""
    try:
        parts = urlsplit(evidence)
        opens = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        opens = False
    if evidence and not (opens and evidence.isprintable() and " " not in evidence):
        raise UsageError(
            f"--evidence {evidence!r}: expected the address of a page, http:// or https://",
            "the mail thread with the votes: --evidence https://groups.google.com/g/NAME/c/THREAD",
        )


def record(release: Release, sh: StepShell, result: str, evidence: str) -> str:
    """Keep `result` of the vote on the release's candidate; gives a sentence about it."""
    tag = release.candidate.tag
    commit = release.origin(sh).commit_of(f"refs/tags/{tag}")
    if commit is None:
        raise PreconditionError(
            f"origin has no tag {tag}", f"scripts/invoke release.rc --version {release.version}"
        )
    if result == "passed" and (text := candidate_problem(release, sh)):
        raise PreconditionError(
            f"{text}; the final would be no better",
            f"tag another candidate: --candidate {release.candidate.number + 1}",
        )
    images = release.images
    digests = registries.existing_digests(images, release.image_tag, sh.environment) if images else {}
    kept = vote.record(vote.path(release), tag, result, evidence, commit, digests)
    return f"the vote on {tag} {kept.result}: {kept.evidence} (recorded by {kept.by} at {kept.time})"
