"""From a command line to a night: which date, which commit, which entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from releasing import session
from releasing.config import Config
from releasing.errors import PreconditionError
from releasing.journal import Journal
from releasing.nightly import night as nights
from releasing.nightly import selection
from releasing.nightly.night import Night
from releasing.plan import PlanShell
from releasing.session import Place
from releasing.shell import Shell
from releasing.step_shell import StepShell
from releasing.world import WorldOf

STEP = "nightly"  # what chooses the commit, in the journal and on the screen


@dataclass(frozen=True)
class NightWish:
    """What the operator asked for; texts are empty where nothing was."""

    date: str
    commit: str
    only: str
    account: str

    @classmethod
    def parse(cls, options: dict[str, Any]) -> NightWish:
        """A wish from options as typed; UsageError for a date that is none."""
        return cls(nights.date(options["date"]), *(options[name] for name in ("commit", "only", "account")))


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
        commit = selection.choose_commit(self.night, sh, wish.commit)
        night = selection.with_entries(self.night, sh, commit)
        return session.guarded(WorldOf(night, self.shell, self.journal, self.show))

    def part(self, sh: StepShell, wish: NightWish) -> WorldOf[Night]:
        """The same with the entries that are wanted and no other."""
        whole = self.world(sh, wish)
        return replace(whole, release=whole.release.only(wish.only))


def evening(config: Config, place: Place, wish: NightWish, show: Callable[[str], None]) -> Evening:
    """The night that `wish` means at `place`, with our clone of origin brought up to date.

    Raises PreconditionError for a night of the past that was not begun here, unless the commit is named: today's
    commit is not what that night would have built.
    """
    account, user = session.who(config, place, wish.account)
    night = Night(config, place.profile, wish.date, place.state, account, user)
    journal = night.folder / "journal.jsonl"
    _refuse_past(wish, journal)
    shell = Shell(place.environment, held=place.lock, log=night.folder / "commands.log")
    session.bring_up(night, shell)
    return Evening(night, shell, Journal(journal), show)


def _refuse_past(wish: NightWish, journal: Path) -> None:
    if wish.date != nights.date("") and not journal.exists() and not wish.commit:
        raise PreconditionError(
            f"the night of {wish.date} was not begun here, and which commit it would have built is not known",
            f"name it: scripts/invoke nightly.run --date {wish.date} --commit ID",
        )
