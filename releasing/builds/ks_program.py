"""Which ks a release uses: this tool's own, or a real one behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasing.release import AnyRelease
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command


def param_set(ks: Command, environment: str, component: str, name: str, value: str) -> Command:
    """The command that sets one parameter; after -- a value that begins with a dash is no option."""
    end = ("--",) if value.startswith("-") else ()
    return ks[("param", "set", f"--env={environment}", *end, component, name, value)]


def ks(release: AnyRelease, sh: StepShell) -> Command:
    """The command that every use of ks begins with, as `ks:` of release.yaml says."""
    own, named = sh["ks"], release.config.ks
    # Ours goes before the real one: it creates workflows, never patches them, and refuses what is unknown.
    return own if named == "ks" else own[f"--with={named}"]
