"""What may be waived: an open blocker, a pull request that the notes leave out, a claim on the files of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.errors import UsageError
from releasing.gates import blockers
from releasing.publication import notes
from releasing.runbook import waivers

if TYPE_CHECKING:
    from releasing.publication.merged_pulls import Merged
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def described(release: Release, sh: StepShell, text: str) -> str:
    """What `text`, as typed after --waive, lets pass, in a sentence.

    Raises UsageError when it stops nothing today: a waiver for it would let something else pass later.
    """
    name = waivers.named(text)
    if not name.isdecimal():
        return f"waived: the claim {name!r}"
    blocking = {each.number: str(each) for each in _blockers(release, sh)}
    left_out = {each.number: f"#{each.number} {each.title}" for each in _left_out(release, sh)}
    known = blocking | left_out
    if name not in known:
        stops = "; ".join(known.values()) or "nothing"
        raise UsageError(
            f"--waive {name}: it is no open blocker, and no pull request that the notes leave out",
            f"what can be waived now: {stops}",
        )
    return f"waived: {known[name]}"


def _blockers(release: Release, sh: StepShell) -> list[blockers.Blocker]:
    return blockers.found(sh, release.slug, release.config.blockers.labels, release.milestone)


def _left_out(release: Release, sh: StepShell) -> list[Merged]:
    if not release.origin(sh).has(f"origin/{release.branch}"):
        return []
    file = notes.path(release)
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    pulls = notes.source(release, sh)
    return pulls.missing(text, pulls.merged(f"origin/{release.branch}", release.version))
