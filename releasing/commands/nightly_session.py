"""From a command line to a night: which date, which commit, which entries."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from releasing.builds import build_commit
from releasing.builds.identity import COMMIT
from releasing.commands import session
from releasing.commands.session import Workspace
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError
from releasing.nightly import in_cluster, nights, outcomes, selection
from releasing.nightly.nights import Night
from releasing.runbook.context import Context
from releasing.runbook.journal import ANEW, Journal
from releasing.runbook.plan import PlanShell
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell

STEP = "nightly"  # what chooses the commit, in the journal and on the screen


@dataclass(frozen=True)
class NightRequest:
    """The options of the command line; options that were not given are empty texts."""

    date: str
    commit: str
    because: str
    only: str
    account: str

    @classmethod
    def parse(cls, options: dict[str, Any]) -> NightRequest:
        """A request from options as typed; UsageError for an invalid date, or for a reason without a commit."""
        build_commit.require_use(options["commit"], options["because"])
        texts = (options[name] for name in ("commit", "because", "only", "account"))
        return cls(nights.date(options["date"]), *texts)


@dataclass(frozen=True)
class NightSession:
    """A night before its entries are known: our clone is up to date, the journal is open."""

    night: Night
    shell: Shell
    journal: Journal
    show: Callable[[str], None]

    def shell_of_run(self) -> StepShell:
        """What chooses for good."""
        return StepShell(self.shell.showing(lambda text: self.show(f"{STEP}: {text}")), self.journal, STEP)

    def shell_of_plan(self) -> PlanShell:
        """What chooses for a plan only."""
        return PlanShell(self.shell, self.journal, STEP)

    def context(self, sh: StepShell, request: NightRequest) -> Context[Night]:
        """The whole night, with its commit chosen by `sh`."""
        commit = selection.choose_commit(self.night, sh, request.commit, request.because)
        night = selection.with_entries(self.night, sh, commit)
        return session.guarded(Context(night, self.shell, self.journal, self.show))

    def part(self, sh: StepShell, request: NightRequest) -> Context[Night]:
        """The same with the entries that are wanted and no other."""
        whole = self.context(sh, request)
        return replace(whole, release=whole.release.only(request.only))


def night_session(
    config: Config, workspace: Workspace, request: NightRequest, show: Callable[[str], None], *, looking: bool
) -> NightSession:
    """The night that `request` means in `workspace`, with our clone of origin brought up to date.

    `looking` says that nothing is to be recorded. Raises PreconditionError for a night of the past that was begun
    neither here nor in the cluster, unless the commit is named: today's is not what that night would have built.
    """
    account, user = session.who(config, workspace, request.account)
    night = Night(config, workspace.profile, request.date, workspace.state, account, user)
    shell = Shell(workspace.environment, held=workspace.lock, log=night.folder / "commands.log")
    journal = Journal(night.folder / "journal.jsonl")
    sh = StepShell(shell, journal, STEP)
    _refuse_past(night, sh, request)
    session.bring_up(night, shell)
    if commit := selection.overtaken(night, sh):
        show(f"# other machines build this night from {commit[:12]}; this machine now does the same")
        journal = Journal(Path(os.devnull)) if looking else _anew(journal, commit)
    if text := outcomes.unfinished(night):
        show(f"# {text}")
    return NightSession(night, shell, journal, show)


def _anew(journal: Journal, commit: str) -> Journal:
    journal.record(ANEW, STEP, because=f"others build this night from {commit}")
    return journal


def _refuse_past(night: Night, sh: StepShell, request: NightRequest) -> None:
    if (
        request.date == nights.date("")
        or request.commit
        or sh.chosen(COMMIT)
        or in_cluster.commits(night, sh)
    ):
        return
    raise PreconditionError(
        f"the night of {request.date} was not started, so its commit is not known",
        f"name the commit: scripts/invoke nightly.run --date {request.date} --commit ID",
    )
