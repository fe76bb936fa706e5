"""Which steps of a recipe are done in the world, and what a run would do; nothing is changed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from releasing.errors import PreconditionError
from releasing.runbook.context import DONE, MISSING, Context
from releasing.runbook.plan import PlanShell
from releasing.runbook.recipe import Recipe
from releasing.runbook.step import Finding, Step, met
from releasing.shell.workers import workers

if TYPE_CHECKING:
    from releasing.shell.command import Command

AT_ONCE = 8
OPENING = (
    "( set -e  # what stands between these brackets is one command, which ends where the first line fails"
)
NOT_NEEDED = met("no longer needed: every step that needs it is done")


def findings_of(context: Context[Any], recipe: Recipe, steps: Iterable[Step]) -> dict[str, Finding]:
    """The finding of each of `steps` of `recipe`, checked side by side in a world that remembers reads.

    A gate counts as done, without a check, when every step that needs it is done.
    """
    chosen = list(steps)
    findings = _asked(context, [step for step in chosen if not step.gate])
    gates = [step for step in chosen if step.gate]
    needed = recipe.before(*chosen)
    wanted = {*recipe.before(*_missing(findings, chosen))}
    findings |= _asked(context, [gate for gate in gates if gate.name not in needed or gate.name in wanted])
    wanted |= recipe.before(*_missing(findings, gates))
    for gate in gates:
        if gate.name not in findings:
            findings |= _asked(context, [gate]) if gate.name in wanted else {gate.name: NOT_NEEDED}
            if not findings[gate.name].holds:
                wanted |= recipe.before(gate)
    return {step.name: findings[step.name] for step in chosen}


def left_to_wait(context: Context[Any], step: Step, finding: Finding) -> Command | None:
    """The command that a step waits with, instead of acting, when what it changes is there and only checks run."""
    there = step.irreversible or context.journal.done(step.name)
    return finding.wait if there else None


def _asked(context: Context[Any], steps: list[Step]) -> dict[str, Finding]:
    with workers(AT_ONCE) as pool:
        answers = pool.map(lambda step: step.verify(context.release, context.step_shell(step)), steps)
        return {step.name: finding for step, finding in zip(steps, answers, strict=True)}


def _missing(findings: dict[str, Finding], steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if step.name in findings and not findings[step.name].holds]


def show_plan(
    context: Context[Any], recipe: Recipe, environment: Iterable[str], begun: PlanShell | None = None
) -> None:
    """Show what a run would do, as lines for a terminal; finished steps are comments.

    `environment` is the lines that the commands need before them; `begun` has the choices of the release manager.
    """
    paper = _Paper(context.show)
    for line in environment:
        context.show(line)
    paper.add(begun.lines if begun else [])
    drafts = begun.drafts if begun else {}
    findings = findings_of(context.looking(), recipe, recipe)
    unmet = {name for name, finding in findings.items() if not finding.holds}
    behind = {step.name for step in recipe.after(*_missing(findings, recipe))}
    for step in recipe:
        context.show(f"\n# {step.name}: {step.title}")
        outstanding = step.name in behind
        if step.name in unmet:
            context.show(f"# to do: {findings[step.name].text}")
        elif not (step.gate and outstanding):
            context.show(f"# already done: {findings[step.name].text}")
            continue
        else:
            context.show(f"# passes now; checked again when this step runs: {findings[step.name].text}")
        sh = PlanShell(context.shell, context.journal, step.name, outstanding, drafts)
        try:
            if wait := left_to_wait(context, step, findings[step.name]):
                sh.wait(wait)
            else:
                step.action(context.release, sh)
        except PreconditionError as error:
            sh.say(f"stops here: {error}")
            sh.lines.append("false")
        paper.add(sh.lines)
    paper.end()


@dataclass
class _Paper:
    """The lines of a plan; as soon as one is a command, a bracket around it and the rest, which ends at a failure."""

    show: Callable[[str], None]
    opened: bool = False

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            if not self.opened and not line.startswith("#"):
                self.opened = True
                self.show(OPENING)
            self.show(line)

    def end(self) -> None:
        if self.opened:
            self.show(")")


def show_status(context: Context[Any], recipe: Recipe) -> list[str]:
    """Show for each step whether it is done in the world; returns the names of the others."""
    context.show(context.release.title)
    findings = findings_of(context.looking(), recipe, recipe)
    for name, finding in findings.items():
        context.teller(name, DONE if finding.holds else MISSING)(finding.text)
    missing = [name for name, finding in findings.items() if not finding.holds]
    context.show(f"next: {missing[0]}" if missing else "complete")
    return missing
