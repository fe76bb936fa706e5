"""What the commands that look after the nightly release do with their options."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from releasing.changes import pull_requests
from releasing.commands import session
from releasing.commands.release_commands import Desk, Options, load
from releasing.errors import ConfigError
from releasing.nightly.adding import addition, addition_change
from releasing.nightly.adding import addition_check as obstacles
from releasing.nightly.maintenance import Upkeep
from releasing.nightly.night import require_section
from releasing.nightly.retention import prune_command as retention_action
from releasing.runbook.context import WorldOf
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from releasing.verification import table
from releasing.verification.claim import Claim


@contextmanager
def _upkeep(desk: Desk, options: Options, task: str, name: str) -> Iterator[tuple[Upkeep, StepShell]]:
    config = load()
    require_section(config)
    with desk.place(config, options) as there:
        work = Upkeep(config, there.profile, there.state, task, name)
        shell = Shell(there.environment, held=there.lock, log=work.folder / "commands.log")
        session.bring_up(work, shell)
        world: WorldOf[Any] = WorldOf(work, shell, Journal(work.folder / "journal.jsonl"), desk.show)
        yield work, StepShell(shell.showing(world.teller(task)), world.journal, task)


def add(desk: Desk, options: Options) -> None:
    """Add a workflow to the image auto release, in a pull request."""
    asked = addition.Addition.parse(options, load().repository)
    with _upkeep(desk, options, "nightly.add", asked.name) as (work, sh):
        change = addition_change.change(work, asked)
        found = pull_requests.find(work, sh, change)
        if found is None or (found.state == "closed" and not found.merged):
            obstacles.require_possible(work, sh, asked)
            pull_requests.propose(work, sh, change)
        sh.say(pull_requests.proposed(work, sh, change).text)
        names = ",".join(entry.name for entry in asked.entries(work))
        sh.say(
            f"once it is merged, every night builds it; to build only this: scripts/invoke nightly.run --only {names}"
        )
        if listed := [each for each in asked.images if each in work.settings.not_covered]:
            sh.say(f"then remove {', '.join(listed)} from nightly.not-covered of release.yaml")


def check(desk: Desk, options: Options) -> None:
    """Say whether every image of ours is released every night, from the world alone; UnmetError when not."""
    from releasing.nightly import alerts as telling  # noqa: PLC0415 - no other command needs them
    from releasing.nightly import status_claims as overdue  # noqa: PLC0415 - no other command needs them

    aside = replace(desk, show=lambda line: print(line, file=sys.stderr)) if options["json"] else desk
    with _upkeep(aside, options, "nightly.check", "check") as (work, sh):
        try:
            claims = overdue.claims(work, sh)
        except ConfigError as error:
            # Nothing is built from a release config that is not valid: that is to be told, too.
            if options["tell"]:
                telling.tell(work, sh, [Claim("config", False, "not valid", (*error.message.splitlines(),))])
            raise
        told = [table.as_json("", "", claims)] if options["json"] else table.lines(claims)
        for line in told:
            desk.show(line)
        if options["tell"]:
            telling.tell(work, sh, claims)
        overdue.require(claims)


def prune(desk: Desk, options: Options) -> None:
    """List nightly tags that nothing uses, and delete them with --write."""
    keep = retention_action.parsed(options["keep"])
    with _upkeep(desk, options, "nightly.prune", "prune") as (work, sh):
        command = retention_action.command(work, sh, keep)
        if options["write"]:
            sh.run(command["--write"])
        else:
            desk.show(sh.read(command))
