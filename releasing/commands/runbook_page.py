"""RUNBOOK.md: the recipes as a page for people, from the same steps that run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import fill

from releasing.commands.image_variables import Variable, shortened, variables
from releasing.config.release_yaml import Config, Profile
from releasing.nightly.entry_workflow import SET_BY_NIGHTS
from releasing.nightly.nights import Night
from releasing.nightly.release_config import Entry
from releasing.release import AnyRelease, Release
from releasing.runbook.journal import Journal
from releasing.runbook.plan import PaperShell
from releasing.runbook.recipe import Recipe
from releasing.runbook.step import Step
from releasing.shell.command import pending as mark
from releasing.shell.programs import Shell
from releasing.version import Candidate, Version

# Stands for every entry of the release config.
ENTRY = Entry("NAME", "OWNER/REPO/APP", "COMPONENT", {"PARAM": "VALUE"})
HEAD = """\
# Runbook

How {project} is released, step by step. This page is made from the steps in `releasing/steps` (`scripts/invoke
runbook --write`); a test fails when it is out of date. `scripts/invoke release.plan --version {version}` shows the
same commands for the real world, without those of steps that are done.

After any step a person may go on by hand, and come back: the tool looks at what is there.

The commands are those of candidate `{tag}` in profile `{profile}`. They run in sh or bash, in any folder, with
`scripts/` and `.venv/bin` of this repository in `PATH`; what they write is below `{state}` there. A value
that one command prints for another is a shell variable. Set these first:

```sh
account=YOU@example.org
{settings}
```

The clone that the commands read and tag in, and the folders for what they write:

```sh
mkdir -p {state}/notes {state}/outbox {state}/releases/{tag} {state}/releases/{final}
git clone --quiet --no-checkout {url} {state}/checkout
```
"""
WIDTH = 118


def runbook(config: Config, recipes: Iterable[Recipe], nightly: Recipe) -> str:
    """The whole page: `recipes` of versions, and that of a night when the project has nights."""
    version = Version(0, 2, 1, config.naming)
    candidate = Candidate(version, 0)
    name, profile = _profile(config)
    state, account, user = Path(profile.state or ".release"), mark("account"), "$USER"
    release = Release(config, profile, version, candidate, state, account, user)
    known = variables(release.images, release.image_tag)
    settings = "\n".join(each.setting for each in known)
    words = {"tag": release.tag, "final": version.tag, "url": release.url, "state": state, "profile": name}
    head = HEAD.format(project=config.project, version=version, settings=settings, **words)
    page = _Page(known, [head])
    for recipe in recipes:
        command = f"scripts/invoke release.{recipe.name} --version {version}"
        page.add(recipe.of(release), command, replace(release, final=recipe.name == "final"))
    if config.nightly:
        templates = {ENTRY.name: SET_BY_NIGHTS} if config.engine == "argo" else {}
        night = Night(config, profile, "YYYYMMDD", state, account, user, (ENTRY,), templates=templates)
        page.add(nightly.of(night), "scripts/invoke nightly.run", night)
    return page.text()


def _profile(config: Config) -> tuple[str, Profile]:
    """The first profile that acts for real: what people type by hand is not for a sandbox."""
    real = ((name, each) for name, each in config.profiles.items() if each.production)
    return next(real, ("rehearsal", Profile(sandbox="-")))


@dataclass
class _Page:
    """The page so far: its parts, and the commands of each step that it describes already."""

    known: tuple[Variable, ...]
    parts: list[str]
    described: dict[str, str] = field(default_factory=dict)

    def add(self, recipe: Recipe, command: str, release: AnyRelease) -> None:
        """Add a recipe: a table of its steps, then each step under the heading of its section."""
        self.parts.append(f"\n## {recipe.title}\n\n`{command}`\n\n{_contents(recipe)}")
        drafts: dict[str, str] = {}
        for section in recipe.sections:
            self.parts.append(f"\n### {section.heading}\n")
            for step in section.steps:
                self.parts.append(f"\n#### {step.name}\n\n{self._described(step, release, drafts)}")

    def text(self) -> str:
        """The page, with what the names of steps in its tables link to."""
        links = "".join(f"[{name}]: #{name.lower()}\n" for name in self.described)
        return f"{''.join(self.parts)}\n{links}"

    def _described(self, step: Step, release: AnyRelease, drafts: dict[str, str]) -> str:
        """What `step` does and its commands; a step that the page has already is only referred to."""
        sh = PaperShell(Shell({}), Journal(Path("/dev/null")), step.name, drafts=drafts)
        step.action(release, sh)
        commands = "\n".join(shortened(line, self.known) for line in sh.lines)
        block = f"\n```sh\n{commands}\n```\n"
        if step.name not in self.described:
            self.described[step.name] = commands
            return f"{_description(step)}{block}"
        if self.described[step.name] == commands:
            return f"{step.title} [Described above](#{step.name}).\n"
        return f"{step.title} [Described above](#{step.name}); its commands here:\n{block}"


def _contents(recipe: Recipe) -> str:
    """A table of the steps: number, name, what it does, the numbers of those it needs, whether it can be undone."""
    numbers = {step.name: str(number) for number, step in enumerate(recipe, 1)}
    rows = ["|  | step | what it does | needs | can be undone |", "|---|---|---|---|---|"]
    for step in recipe:
        needs = ", ".join(numbers[name] for name in step.needs) or "–"
        undone = "no" if step.irreversible else "yes"
        rows.append(f"| {numbers[step.name]} | [{step.name}] | {step.title} | {needs} | {undone} |")
    return "\n".join(rows) + "\n"


def _description(step: Step) -> str:
    needs = f"Needs: {', '.join(f'`{name}`' for name in step.needs)}." if step.needs else ""
    final = "Cannot be undone." if step.irreversible else ""
    facts = " ".join(filter(None, (needs, final, f"Done when: {step.done_when}")))
    reasons = f"\n{step.reasons}\n" if step.reasons else ""
    return f"{step.title}\n{reasons}\n{fill(facts, WIDTH, break_long_words=False, break_on_hyphens=False)}\n"
