"""What the commands that look after the nightly release do with their options."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from releasing.changes import pull_requests
from releasing.commands import session
from releasing.commands.release_commands import Console, Options, load
from releasing.errors import ConfigError
from releasing.nightly.adding import addition, addition_change, addition_check
from releasing.nightly.maintenance import NightlyTask
from releasing.nightly.nights import require_section
from releasing.nightly.retention import prune_command
from releasing.runbook.context import Context
from releasing.runbook.journal import Journal
from releasing.runbook.step_shell import StepShell
from releasing.shell.programs import Shell
from releasing.shell.text.plain_text import tell
from releasing.verification import claim_table
from releasing.verification.claim import Claim


@contextmanager
def _nightly_task(
    console: Console, options: Options, task: str, name: str
) -> Iterator[tuple[NightlyTask, StepShell]]:
    config = load()
    require_section(config)
    with console.workspace(config, options) as there:
        work = NightlyTask(config, there.profile, there.state, task, name)
        shell = Shell(there.environment, held=there.lock, log=work.folder / "commands.log")
        session.bring_up(work, shell)
        context: Context[Any] = Context(work, shell, Journal(work.folder / "journal.jsonl"), console.show)
        yield work, StepShell(shell.showing(context.teller(task)), context.journal, task)


def add(console: Console, options: Options) -> None:
    """Add a workflow to the image auto release, in a pull request."""
    asked = addition.Addition.parse(options, load().repository)
    with _nightly_task(console, options, "nightly.add", asked.name) as (work, sh):
        change = addition_change.change(work, asked)
        found = pull_requests.find(work, sh, change)
        if found is None or (found.state == "closed" and not found.merged):
            addition_check.require_possible(work, sh, asked)
            pull_requests.propose(work, sh, change)
        sh.say(pull_requests.proposed(work, sh, change).text)
        names = ",".join(entry.name for entry in asked.entries(work))
        sh.say(
            f"once it is merged, every night builds it; to build only this: scripts/invoke nightly.run --only {names}"
        )
        if listed := [each for each in asked.images if each in work.settings.not_covered]:
            sh.say(f"then remove {', '.join(listed)} from nightly.not-covered of release.yaml")


def check(console: Console, options: Options) -> None:
    """Check that every image of the project is built every night; UnmetError when it is not."""
    from releasing.nightly.monitoring import alerts, status_claims  # noqa: PLC0415 - no other command needs them

    aside = replace(console, show=tell) if options["json"] else console
    with _nightly_task(aside, options, "nightly.check", "check") as (work, sh):
        try:
            claims = status_claims.claims(work, sh)
        except ConfigError as error:
            # Nothing is built from a release config that is not valid: that is to be told, too.
            if options["tell"]:
                alerts.tell(work, sh, [Claim("config", False, "not valid", (*error.message.splitlines(),))])
            raise
        told = [claim_table.as_json("", "", claims)] if options["json"] else claim_table.lines(claims)
        for line in told:
            console.show(line)
        if options["tell"]:
            alerts.tell(work, sh, claims)
        status_claims.require(claims)


def prune(console: Console, options: Options) -> None:
    """List nightly tags that nothing uses, and delete them with --write."""
    keep = prune_command.parsed(options["keep"])
    with _nightly_task(console, options, "nightly.prune", "prune") as (work, sh):
        command = prune_command.command(work, sh, keep)
        if options["write"]:
            sh.run(command["--write"])
        else:
            console.show(sh.read(command))
