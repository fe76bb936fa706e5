"""What the commands do with their options: open the place of a profile, find the release, hand it to the runner."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from releasing.branching import picking
from releasing.branching import policy as branching
from releasing.builds import build_commit, image_tag_moves
from releasing.changes import image_tags_edit, operator_releases, operators
from releasing.commands import runbook_page as page
from releasing.commands import session, summary
from releasing.commands.request import NEXT, Wish
from releasing.commands.session import Place
from releasing.commands.table import HELP
from releasing.config import file as config_file
from releasing.config import reference_page as config_page
from releasing.config.families import Listing
from releasing.config.path import carried, config_path
from releasing.config.release_yaml import Config
from releasing.errors import ConfigError, UsageError
from releasing.gates import vote_record as voting
from releasing.publication import notes as release_notes
from releasing.recipes import FINAL, MASTER, NIGHTLY, RC, RECIPES
from releasing.runbook import runner, survey, waivers
from releasing.runbook.context import DONE, MISSING, World
from releasing.runbook.plan import PlanShell
from releasing.runbook.recipe import Recipe
from releasing.runbook.step_shell import StepShell

ROOT = Path(__file__).resolve().parent.parent.parent

Options = dict[str, Any]
Sandbox = Callable[[Path, Config, str, bool], AbstractContextManager[tuple[dict[str, str], int]]]


@dataclass(frozen=True)
class Desk:
    """Where lines for the operator go, and what opens a sandbox (given, so that nothing here knows of rehearsals)."""

    show: Callable[[str], None]
    sandbox: Sandbox

    @contextmanager
    def place(self, config: Config, options: Options) -> Iterator[Place]:
        """Where to act, as the profile says: a sandbox with its servers up, or the real world."""
        name = options["profile"] or os.environ.get("RELEASE_PROFILE") or "rehearsal"
        chosen = session.profile(config, name)
        if chosen.production:
            session.refuse_rehearsal_options(
                name, options["sandbox"] or options["source"] or options["fresh"]
            )
            self.show(f"PRODUCTION ({name}): {', '.join(session.touched(config))}")
            with session.production(ROOT, chosen) as there:
                yield replace(there, environment=there.environment | carried(os.environ))
            return
        folder = Path(options["sandbox"]) if options["sandbox"] else ROOT / chosen.sandbox
        self.show(f"# Rehearsal in {folder}; nothing outside it is changed (for real: --profile NAME)")
        with self.sandbox(folder, config, options["source"], options["fresh"]) as (environment, lock):
            yield Place(chosen, environment | carried(os.environ), folder.resolve(), lock)

    @contextmanager
    def world(
        self, config: Config, recipe: Recipe, options: Options, *, looking: bool = False
    ) -> Iterator[World]:
        """The release that the options mean; `looking` when nothing is to be changed."""
        texts = (options[name] for name in ("version", "candidate", "account", "allow_move"))
        wish = Wish.parse(*texts, looking=looking)
        bumped = (operators.NamedOperator(name, operator) for name, operator in config.operators.items())
        wish = replace(wish, named={each.name: options.get(each.option, "") for each in bumped})
        with self.place(config, options) as there:
            yield session.world(config, there, wish, self.show, recipe.name)


def load() -> Config:
    """The release.yaml in use; ConfigError for an operator that is called as an option is already."""
    config = config_file.load(config_path(os.environ))
    if taken := [name for name in config.operators if operators.option(name) in HELP]:
        raise ConfigError(f"operators.{taken[0]}: --{taken[0]} is an option already", "choose another name")
    return config


def run(desk: Desk, recipe: Recipe, first: str, last: str, options: Options) -> None:
    """Run the steps of `recipe` from `first` to `last`, and say what exists when all were asked for."""
    config = load()
    recipe.listed(Listing(config)).span(first, last)
    with desk.world(config, recipe, options) as it:
        whole = recipe.of(it.release)
        part = whole.span(first, last)
        if image_tags_edit.STEP in {step.name for step in part}:
            image_tag_moves.require_named(it.release, it.step_shell(part[0]))
        work = runner.Run(it, whole, part, options.get("redo", False))
        with it.journal.together():  # a refusal is no event: what is refused here leaves no candidate begun
            _take_in(it, first or recipe.name, options)
            work.look()
        seen = work()
        if not first and not last and recipe is not MASTER:
            for line in summary.lines(seen, seen.step_shell(whole.steps[-1]), whole.proposals):
                desk.show(line)


def _take_in(world: World, name: str, options: Options) -> None:
    """Record what options and release.yaml leave to be decided, before anything acts on it."""
    operator_releases.record(world.release, world.journal)
    if options["candidate"] == NEXT:
        session.remember_next(world)
    waived, commit, because = (options.get(option, "") for option in ("waive", "commit", "because"))
    if "waive" not in options:
        build_commit.require_use(commit, because)
    if waived or not commit:
        waivers.record(world.journal, name, waived, because)
    sh = StepShell(world.shell.showing(world.teller(name)), world.journal, name)
    build_commit.choose(world.release, sh, commit, because)


def named(recipe: str) -> Recipe:
    """The recipe of that name; UsageError otherwise."""
    found = next((each for each in RECIPES if each.name == (recipe or RC.name)), None)
    if found is None:
        known = ", ".join(each.name for each in RECIPES)
        raise UsageError(f"there is no recipe {recipe!r} (there are: {known})", "--recipe rc")
    return found


def plan(desk: Desk, options: Options) -> None:
    """Show every command of a run that changes something, to paste into a terminal."""
    recipe = named(options["recipe"])
    with desk.world(load(), recipe, options, looking=True) as it:
        sh = PlanShell(it.shell, it.journal, recipe.name)
        build_commit.choose(it.release, sh, options["commit"], options["because"])
        if recipe is RC and (moves := image_tag_moves.unnamed(it.release, sh)):
            sh.say(f"stops here: {moves}")
        survey.plan(it, recipe.of(it.release), summary.exports(it.shell.environment), sh)


def verify(desk: Desk, options: Options) -> None:
    """Read a whole release back, whoever made it: UnmetError when a claim does not hold."""
    from releasing import verification  # noqa: PLC0415 - no other command needs it
    from releasing.verification.tagged import tagged  # noqa: PLC0415

    wish = Wish.parse(options["version"], options["candidate"], "", "", looking=True)
    aside = replace(desk, show=lambda line: print(line, file=sys.stderr)) if options["json"] else desk
    config = load()
    with aside.place(config, options) as there:
        it = tagged(*session.reading(config, there, wish))
        claims = verification.claims(it)
    for line in [verification.as_json(it, claims)] if options["json"] else verification.lines(it, claims):
        desk.show(line)
    verification.require(it, claims)


def status(desk: Desk, options: Options) -> None:
    """Show how far a release is, and what comes next."""
    recipe = named(options["recipe"])
    with desk.world(load(), recipe, options, looking=True) as it:
        survey.status(it, recipe.of(it.release))
        looking = it.looking()
        for rule, finding in branching.findings(it.release, looking.step_shell(recipe.steps[0])):
            it.teller(rule, DONE if finding.holds else MISSING)(finding.text)


def pick(desk: Desk, options: Options) -> None:
    """Propose commits of the default branch for the release branch, in a pull request."""
    with desk.world(load(), RC, options) as it:
        sh = StepShell(it.shell.showing(it.teller("pick")), it.journal, "pick")
        picking.pick(it.release, sh, options["commits"])


def notes(desk: Desk, options: Options) -> None:
    """Draft the release notes, or add pull requests that they do not mention."""
    with desk.world(load(), RC, options) as it:
        sh = StepShell(it.shell.showing(it.teller("notes")), it.journal, "notes")
        sh.run(release_notes.draft(it.release, sh))


def vote(desk: Desk, options: Options) -> None:
    """Record the result of the vote on a candidate, with a link to the votes."""
    with desk.world(load(), FINAL, options) as it:
        sh = it.step_shell(FINAL.steps[0])
        desk.show(voting.record(it.release, sh, options["result"], options["evidence"]))


def runbook(desk: Desk, options: Options) -> None:
    """Print RUNBOOK.md, generated from the steps. --write saves the file."""
    text = page.runbook(load(), RECIPES, NIGHTLY)
    if options["write"]:
        (ROOT / "RUNBOOK.md").write_text(text, encoding="utf-8")
    else:
        desk.show(text)


def schema(desk: Desk, options: Options) -> None:
    """Print the JSON Schema of release.yaml. --write saves it and the reference of all keys in docs/."""
    if options["write"]:
        (ROOT / "docs" / "release.schema.json").write_text(config_file.schema(), encoding="utf-8")
        (ROOT / "docs" / "release-yaml.md").write_text(config_page.reference(), encoding="utf-8")
    else:
        desk.show(config_file.schema())


def check_build_contract(desk: Desk, options: Options) -> None:
    """Hold a build context against the build contract: UnmetError when it is broken."""
    from releasing.builds import build_contract  # noqa: PLC0415 - no other command needs it

    if not options["path"]:
        raise UsageError("--path is missing", "name the folder with build_image.sh: --path FOLDER")
    context = Path(options["path"])
    found = build_contract.breaches(context)
    for breach in found:
        desk.show(str(breach))
    build_contract.require(context, found)
    desk.show(f"{context}: keeps the build contract")
