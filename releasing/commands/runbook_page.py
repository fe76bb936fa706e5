"""RUNBOOK.md: the recipes as a page for people, from the same steps that run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from releasing.config.release_yaml import Config, Profile
from releasing.nightly.entry_workflow import SET_BY_NIGHTS
from releasing.nightly.night import Night
from releasing.nightly.release_config import Entry
from releasing.release import Release, Undertaking
from releasing.runbook.journal import Journal
from releasing.runbook.plan import PaperShell
from releasing.runbook.recipe import Recipe
from releasing.runbook.step import Step
from releasing.shell.programs import Shell
from releasing.version import Candidate, Version

# Stands for every entry of the release config.
ENTRY = Entry("NAME", "OWNER/REPO/APP", "COMPONENT", {"PARAM": "VALUE"})
HEAD = """\
# Runbook

How {project} is released, step by step. This page is made from the steps in `releasing/steps` (`scripts/invoke
runbook --write`); a test fails when it is out of date. The commands are those of candidate `{tag}`; they run in
the folder of this repository with `scripts/` in `PATH`, and a value that one command prints for another is a shell
variable. `scripts/invoke release.plan --version {version}` shows the same for the real world, with what is done
already left out.

After any step a person may go on by hand, and come back: the tool looks at what is there.
"""


def runbook(config: Config, recipes: Iterable[Recipe], nightly: Recipe) -> str:
    """The whole page: `recipes` of versions, and that of a night when the project has nights."""
    version = Version(0, 2, 1)
    candidate = Candidate(version, 0)
    profile, state, account, user = Profile(sandbox="-"), Path(".release"), "$ACCOUNT", "$USER"
    release = Release(config, profile, version, candidate, state, account, user)
    parts = [HEAD.format(project=config.project, tag=release.tag, version=version)]
    for recipe in recipes:
        command = f"scripts/invoke release.{recipe.name} --version {version}"
        parts += _chapter(recipe, command, release)
    if config.nightly:
        templates = {ENTRY.name: SET_BY_NIGHTS} if config.engine == "argo" else {}
        night = Night(config, profile, "YYYYMMDD", state, account, user, (ENTRY,), templates=templates)
        parts += _chapter(nightly, "scripts/invoke nightly.run", night)
    return "".join(parts)


def _chapter(recipe: Recipe, command: str, release: Undertaking) -> Iterator[str]:
    yield f"\n## {recipe.title}\n\n`{command}`\n"
    drafts: dict[str, str] = {}
    for section in recipe.of(release).sections:
        yield f"\n### {section.heading}\n"
        yield from (_step(step, release, drafts) for step in section.steps)


def _step(step: Step, release: Undertaking, drafts: dict[str, str]) -> str:
    sh = PaperShell(Shell({}), Journal(Path("/dev/null")), step.name, drafts=drafts)
    step.action(release, sh)
    needs = f"Needs: {', '.join(f'`{name}`' for name in step.needs)}. " if step.needs else ""
    final = "Cannot be taken back. " if step.irreversible else ""
    reasons = f"\n{step.reasons}\n" if step.reasons else ""
    commands = "\n".join(sh.lines)
    return (
        f"\n#### {step.name}\n\n{step.title}\n{reasons}\n{needs}{final}Done when: {step.done_when}\n"
        f"\n```sh\n{commands}\n```\n"
    )
