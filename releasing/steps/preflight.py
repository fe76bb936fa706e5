"""Some preliminary instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.preflight import access
from releasing.runbook.step import Finding, met, step, unmet

if TYPE_CHECKING:
    from releasing.release import AnyRelease
    from releasing.runbook.step_shell import StepShell


@step(gate=True)
def preflight(release: AnyRelease, sh: StepShell) -> None:
    """Check the tools and logins that a release needs.

    Every problem is reported with what to type next. A token that expires before the expected end is reported, too.
    """
    need = access.need(release)
    push = ("--push",) if need.push else ()
    signing = ("--sign", need.signing) if need.signing else ()
    sh.wait(sh["check_access.py"][need.slug, *push, "--hours", f"{need.hours:g}", *signing])


@preflight.verified_by
def access_will_do(release: AnyRelease, sh: StepShell) -> Finding:
    """gh and git are logged in and may push, time and requests suffice, and git can sign if tags are signed."""
    found = access.answers(sh, access.need(release))
    problems = [answer.text for answer in found if answer.problem]
    if problems:
        return unmet("; ".join(problems))
    return met("; ".join(answer.text for answer in found))
