"""RUNBOOK.md: the recipes as a page for people, from the same steps that run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from releasing.config import Config, Profile
from releasing.journal import Journal
from releasing.plan import PaperShell
from releasing.release import Release
from releasing.shell import Shell
from releasing.step import Recipe, Step
from releasing.version import Candidate, Version

HEAD = """\
# Runbook

How {project} is released, step by step. This page is made from the steps in `releasing/steps` (`scripts/invoke
runbook --write`); a test fails when it is out of date. The commands are those of candidate `{tag}`; they run in
the folder of this repository with `scripts/` in `PATH`, and a value that one command prints for another is a shell
variable. `scripts/invoke release.plan --version {version}` shows the same for the real world, with what is done
already left out.

After any step a person may go on by hand, and come back: the tool looks at what is there.
"""


def runbook(config: Config, recipes: Iterable[Recipe]) -> str:
    """The whole page."""
    version = Version(0, 2, 1)
    candidate = Candidate(version, 0)
    release = Release(config, Profile(sandbox="-"), version, candidate, Path(".release"), "$ACCOUNT", "$USER")
    parts = [HEAD.format(project=config.project, tag=release.tag, version=version)]
    for recipe in recipes:
        parts.append(f"\n## {recipe.title}\n\n`scripts/invoke release.{recipe.name} --version {version}`\n")
        section = ""
        drafts: dict[str, str] = {}
        for step in recipe.of(release):
            if step.section != section:
                section = step.section
                parts.append(f"\n### {section}\n")
            parts.append(_step(step, release, drafts))
    return "".join(parts)


def _step(step: Step, release: Release, drafts: dict[str, str]) -> str:
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
