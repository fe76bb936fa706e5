"""What the commands on nightly releases do with their options."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from releasing.commands import summary
from releasing.commands.nightly_session import STEP, NightRequest, NightSession, night_session
from releasing.commands.release_commands import Console, Options, load
from releasing.errors import UnmetError
from releasing.nightly import nights, outcomes
from releasing.recipes import NIGHTLY
from releasing.runbook import runner
from releasing.runbook.context import ALREADY
from releasing.runbook.status import show_plan, show_status
from releasing.runbook.step_shell import StepShell
from releasing.shell.files import replace_text
from releasing.shell.text.plain_text import tell


@contextmanager
def _night_session(
    console: Console, options: Options, *, looking: bool = True
) -> Iterator[tuple[NightSession, NightRequest]]:
    request, config = NightRequest.parse(options), load()
    nights.require_section(config)
    with console.workspace(config, options) as there:
        yield night_session(config, there, request, console.show, looking=looking), request


def run(console: Console, options: Options) -> None:
    """Build every image of the release config under the night's tag; UnmetError when an entry is not built."""
    aside = replace(console, show=tell) if options["json"] else console
    with _night_session(aside, options, looking=False) as (begun, request):
        it = begun.context(begun.shell_of_run(), request)
        night, part = it.release, it.release.only(request.only)
        whole = NIGHTLY.of(part)
        at_once = night.settings.at_once
        work = runner.Run(
            replace(it, release=part), whole, whole.steps, options["redo"], at_once, keep_going=True
        )
        work()
        sh = StepShell(it.shell.remembering(), it.journal, STEP)
        found = outcomes.outcomes(night, sh, work.failed)
        record = outcomes.as_json(night, sh, found)
        kept = night.folder / "outcomes.json"
        replace_text(kept, f"{record}\n", private=True)
        told = [record] if options["json"] else [*outcomes.lines(night, sh, found), f"kept in {kept}"]
    for line in told:
        console.show(line)
    _require(part, work, found)


def plan(console: Console, options: Options) -> None:
    """Show every command of a night that changes something, to paste into a terminal."""
    with _night_session(console, options) as (begun, request):
        sh = begun.shell_of_plan()
        it = begun.part(sh, request)
        show_plan(it, NIGHTLY.of(it.release), summary.exports(it.shell.environment), sh)


def status(console: Console, options: Options) -> None:
    """Show how far a night is."""
    with _night_session(console, options) as (begun, request):
        it = begun.part(begun.shell_of_plan(), request)
        show_status(it, NIGHTLY.of(it.release))
        for each in it.release.skipped:
            it.teller(each.entry.name, ALREADY)(f"skipped: {each.reason}")


def _require(night: nights.Night, work: runner.Run, found: list[outcomes.Outcome]) -> None:
    """UnmetError unless every entry of `night` is built; says what stopped all of them, when something did."""
    entries = {entry.name for entry in night.entries}
    before = [f"{name}: {error.message}" for name, error in work.failed.items() if name not in entries]
    missing = [each.name for each in found if each.name in entries and each.state != outcomes.BUILT]
    if missing:
        causes = "".join(f"\n  {text}" for text in before)
        raise UnmetError(
            f"{len(missing)} of {len(entries)} entries are not built: {', '.join(missing)}{causes}",
            f"repeat the night to build what is missing: {night.command('')}",
        )
