"""What the commands do with their options: open a workspace, find the release, hand it to the runner."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from releasing.branching import policy
from releasing.builds import build_commit, image_tag_moves
from releasing.changes import image_tags_edit, operator_versions, operators, release_date
from releasing.commands import session, summary
from releasing.commands.request import NEXT, ReleaseRequest
from releasing.commands.session import Workspace
from releasing.commands.table import HELP
from releasing.config import config_file
from releasing.config.families import Listing
from releasing.config.path import carried, config_path, profile_name
from releasing.config.release_yaml import Config
from releasing.errors import ConfigError, UsageError
from releasing.gates import vote_record, waivable
from releasing.publication import notes as release_notes
from releasing.recipes import FINAL, MASTER, NIGHTLY, RC, RECIPES
from releasing.runbook import runner, waivers
from releasing.runbook.context import DONE, MISSING, ReleaseContext
from releasing.runbook.plan import PlanShell
from releasing.runbook.recipe import Recipe
from releasing.runbook.status import show_plan, show_status
from releasing.runbook.step_shell import StepShell
from releasing.shell.text.plain_text import tell

ROOT = Path(__file__).resolve().parent.parent.parent

Options = dict[str, Any]
Sandbox = Callable[[Path, Config, str, bool], AbstractContextManager[tuple[dict[str, str], int]]]


@dataclass(frozen=True)
class Console:
    """Where lines are shown, and what opens a sandbox (passed in, so that commands do not import rehearsals)."""

    show: Callable[[str], None]
    sandbox: Sandbox

    @contextmanager
    def workspace(self, config: Config, options: Options) -> Iterator[Workspace]:
        """Where to act, as the profile says: a sandbox with its servers up, or the real world."""
        fresh = options.get("fresh", False)
        name = profile_name(options["profile"], os.environ)
        chosen = session.profile(config, name)
        if chosen.production:
            session.refuse_rehearsal_options(name, options["sandbox"] or options["source"] or fresh)
            self.show(f"PRODUCTION ({name}): {', '.join(session.touched(config))}")
            with session.production(ROOT, chosen) as there:
                yield replace(there, environment=there.environment | carried(os.environ))
            return
        folder = Path(options["sandbox"]) if options["sandbox"] else ROOT / chosen.sandbox
        self.show(f"# Rehearsal in {folder}; nothing outside it is changed (for real: --profile NAME)")
        with self.sandbox(folder, config, options["source"], fresh) as (environment, lock):
            yield Workspace(chosen, environment | carried(os.environ), folder.resolve(), lock)

    @contextmanager
    def context(
        self, config: Config, recipe: Recipe, options: Options, *, looking: bool = False
    ) -> Iterator[ReleaseContext]:
        """The release that the options mean; `looking` when nothing is to be changed."""
        texts = (options[name] for name in ("version", "candidate", "account", "allow_move"))
        request = ReleaseRequest.parse(*texts, looking=looking, naming=config.naming)
        bumped = (operators.NamedOperator(name, operator) for name, operator in config.operators.items())
        request = replace(request, named={each.name: options.get(each.option, "") for each in bumped})
        with self.workspace(config, options) as there:
            yield session.context(config, there, request, self.show, recipe.name)


def load() -> Config:
    """The release.yaml in use; ConfigError for an operator that is called as an option is already."""
    config = config_file.load(config_path(os.environ))
    if taken := [name for name in config.operators if operators.option(name) in HELP]:
        raise ConfigError(f"operators.{taken[0]}: --{taken[0]} is an option already", "choose another name")
    return config


def run(console: Console, recipe: Recipe, first: str, last: str, options: Options) -> None:
    """Run the steps of `recipe` from `first` to `last`, and say what exists when all were asked for."""
    config = load()
    recipe.listed(Listing(config)).span(first, last)
    with console.context(config, recipe, options) as it:
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
                console.show(line)


def _take_in(context: ReleaseContext, name: str, options: Options) -> None:
    """Record what options and release.yaml leave to be decided, before anything acts on it."""
    operator_versions.record(context.release, context.journal)
    release_date.record(context.release, context.journal)
    if options["candidate"] == NEXT:
        session.remember_next(context)
    waived, commit, because = (options.get(option, "") for option in ("waive", "commit", "because"))
    if "waive" not in options:
        build_commit.require_use(commit, because)
    sh = StepShell(context.shell.showing(context.teller(name)), context.journal, name)
    if waived or not commit:
        named = waivers.given(waived, because) if waived else []
        told = [waivable.described(context.release, sh, each) for each in named]
        waivers.record(context.journal, name, waived, because)
        for each in told:
            sh.say(f"{each} ({because})")
    build_commit.choose(context.release, sh, commit, because)


def named(recipe: str) -> Recipe:
    """The recipe of that name; UsageError otherwise."""
    found = next((each for each in RECIPES if each.name == (recipe or RC.name)), None)
    if found is None:
        known = ", ".join(each.name for each in RECIPES)
        raise UsageError(f"there is no recipe {recipe!r} (there are: {known})", "--recipe rc")
    return found


def plan(console: Console, options: Options) -> None:
    """Show every command of a run that changes something, to paste into a terminal."""
    recipe = named(options["recipe"])
    with console.context(load(), recipe, options, looking=True) as it:
        sh = PlanShell(it.shell, it.journal, recipe.name)
        build_commit.choose(it.release, sh, options["commit"], options["because"])
        if recipe is RC and (moves := image_tag_moves.unnamed(it.release, sh)):
            sh.say(f"stops here: {moves}")
        show_plan(it, recipe.of(it.release), summary.exports(it.shell.environment), sh)


def verify(console: Console, options: Options) -> None:
    """Read a whole release back, whoever made it: UnmetError when a claim does not hold."""
    from releasing import verification  # noqa: PLC0415 - no other command needs it
    from releasing.verification.tagged import tagged  # noqa: PLC0415

    config, texts = load(), (options["version"], options["candidate"], "", "")
    request = ReleaseRequest.parse(*texts, looking=True, naming=config.naming)
    aside = replace(console, show=tell) if options["json"] else console
    with aside.workspace(config, options) as there:
        it = tagged(*session.reading(config, there, request))
        claims = verification.claims(it)
    for line in [verification.as_json(it, claims)] if options["json"] else verification.lines(it, claims):
        console.show(line)
    verification.require(it, claims)


def status(console: Console, options: Options) -> None:
    """Show how far a release is, and what comes next."""
    recipe = named(options["recipe"])
    with console.context(load(), recipe, options, looking=True) as it:
        show_status(it, recipe.of(it.release))
        looking = it.looking()
        for rule, finding in policy.findings(it.release, looking.step_shell(recipe.steps[0])):
            it.teller(rule, DONE if finding.holds else MISSING)(finding.text)


def pick(console: Console, options: Options) -> None:
    """Propose commits of the default branch for the release branch, in a pull request."""
    from releasing.branching import picking  # noqa: PLC0415 - no other command needs it

    with console.context(load(), RC, options) as it:
        sh = StepShell(it.shell.showing(it.teller("pick")), it.journal, "pick")
        picking.pick(it.release, sh, options["commits"])


def notes(console: Console, options: Options) -> None:
    """Draft the release notes, or add pull requests that they do not mention."""
    with console.context(load(), RC, options) as it:
        sh = StepShell(it.shell.showing(it.teller("notes")), it.journal, "notes")
        release_notes.source(it.release, sh).require_branch(it.release.branch, it.release.version)
        sh.run(release_notes.draft(it.release, sh))


def vote(console: Console, options: Options) -> None:
    """Record the result of the vote on a candidate, with a link to the votes."""
    vote_record.require_address(options["evidence"])
    with console.context(load(), FINAL, options) as it:
        sh = it.step_shell(FINAL.steps[0])
        console.show(vote_record.record(it.release, sh, options["result"], options["evidence"]))


def runbook(console: Console, options: Options) -> None:
    """Print RUNBOOK.md, generated from the steps. --write saves the file."""
    from releasing.commands import runbook_page  # noqa: PLC0415 - no other command needs it

    text = runbook_page.runbook(load(), RECIPES, NIGHTLY)
    if options["write"]:
        (ROOT / "RUNBOOK.md").write_text(text, encoding="utf-8")
    else:
        console.show(text)


def schema(console: Console, options: Options) -> None:
    """Print the JSON Schema of release.yaml. --write saves it and the reference of all keys in docs/."""
    from releasing.config import reference_page  # noqa: PLC0415 - no other command needs it

    if options["write"]:
        (ROOT / "docs" / "release.schema.json").write_text(reference_page.schema(), encoding="utf-8")
        (ROOT / "docs" / "release-yaml.md").write_text(reference_page.reference(), encoding="utf-8")
    else:
        console.show(reference_page.schema())


def check_build_contract(console: Console, options: Options) -> None:
    """Hold a build context against the build contract: UnmetError when it is broken."""
    from releasing.builds import build_contract  # noqa: PLC0415 - no other command needs it

    if not options["path"]:
        raise UsageError("--path is missing", "name the folder with build_image.sh: --path FOLDER")
    context = Path(options["path"])
    found = build_contract.breaches(context)
    for breach in found:
        console.show(str(breach))
    build_contract.require(context, found)
    console.show(f"{context}: keeps the build contract")
