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
from releasing.commands.session import Place
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError
from releasing.nightly import in_cluster, outcomes, selection
from releasing.nightly import night as nights
from releasing.nightly.night import Night
from releasing.runbook.context import WorldOf
from releasing.runbook.journal import ANEW, Journal
from releasing.runbook.plan import PlanShell
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell

STEP = "nightly"  # what chooses the commit, in the journal and on the screen


@dataclass(frozen=True)
class NightWish:
    """What the operator asked for; texts are empty where nothing was."""

    date: str
    commit: str
    because: str
    only: str
    account: str

    @classmethod
    def parse(cls, options: dict[str, Any]) -> NightWish:
        """A wish from options as typed; UsageError for a date that is none, or a reason for nothing."""
        build_commit.require_use(options["commit"], options["because"])
        texts = (options[name] for name in ("commit", "because", "only", "account"))
        return cls(nights.date(options["date"]), *texts)


@dataclass(frozen=True)
class Evening:
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

    def world(self, sh: StepShell, wish: NightWish) -> WorldOf[Night]:
        """The whole night, with its commit chosen by `sh`."""
        commit = selection.choose_commit(self.night, sh, wish.commit, wish.because)
        night = selection.with_entries(self.night, sh, commit)
        return session.guarded(WorldOf(night, self.shell, self.journal, self.show))

    def part(self, sh: StepShell, wish: NightWish) -> WorldOf[Night]:
        """The same with the entries that are wanted and no other."""
        whole = self.world(sh, wish)
        return replace(whole, release=whole.release.only(wish.only))


def evening(
    config: Config, place: Place, wish: NightWish, show: Callable[[str], None], *, looking: bool
) -> Evening:
    """The night that `wish` means at `place`, with our clone of origin brought up to date.

    `looking` says that nothing is to be recorded. Raises PreconditionError for a night of the past that was begun
    neither here nor in the cluster, unless the commit is named: today's is not what that night would have built.
    """
    account, user = session.who(config, place, wish.account)
    night = Night(config, place.profile, wish.date, place.state, account, user)
    shell = Shell(place.environment, held=place.lock, log=night.folder / "commands.log")
    journal = Journal(night.folder / "journal.jsonl")
    sh = StepShell(shell, journal, STEP)
    _refuse_past(night, sh, wish)
    session.bring_up(night, shell)
    if commit := selection.overtaken(night, sh):
        show(f"# other machines build this night from {commit[:12]}; this machine now does the same")
        journal = Journal(Path(os.devnull)) if looking else _anew(journal, commit)
    if text := outcomes.unfinished(night):
        show(f"# {text}")
    return Evening(night, shell, journal, show)


def _anew(journal: Journal, commit: str) -> Journal:
    journal.record(ANEW, STEP, because=f"others build this night from {commit}")
    return journal


def _refuse_past(night: Night, sh: StepShell, wish: NightWish) -> None:
    if wish.date == nights.date("") or wish.commit or sh.chosen(COMMIT) or in_cluster.commits(night, sh):
        return
    raise PreconditionError(
        f"the night of {wish.date} was not started, so its commit is not known",
        f"name the commit: scripts/invoke nightly.run --date {wish.date} --commit ID",
    )
