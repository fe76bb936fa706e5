"""What you can run: the Invoke tasks, and the one place where a ReleaseError becomes an exit code.

Every step of the runbook is a task of its own (`invoke cut-branch --version 0.2.1`); a recipe runs all of them
(`invoke release.rc --version 0.2.1`). They come from the declarations in releasing/steps: nothing here names one.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit, ParseError
from invoke.program import Program
from invoke.tasks import Task

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from releasing.recipes import RECIPES, every_step  # noqa: E402

if TYPE_CHECKING:
    from releasing.config import Config
    from releasing.runner import World
    from releasing.session import Place
    from releasing.step import Recipe, Step

HELP = {
    "version": "what is released, for example 0.2.1",
    "candidate": "number of the release candidate, or 'next' (default: the open one)",
    "profile": "profile of release.yaml (default: RELEASE_PROFILE, else rehearsal)",
    "account": "Google account of the release (default: RELEASE_ACCOUNT, else the profile's)",
    "sandbox": "folder of the rehearsal (default: the profile's)",
    "source": "rehearse on a copy of this repository instead of the sample project",
    "fresh": "empty the sandbox and start over",
    "redo": "do it again although it is done",
    "from_": "begin with this step",
    "to": "end with this step",
    "allow_move": "pattern of IMAGE:TAG in the registry that may move to another digest",
    "recipe": "which recipe: rc (default), final or master",
    "result": "of the vote: passed or failed",
    "evidence": "address of the mail thread with the votes",
    "write": "write it into its file instead",
}
FLAGS = ("fresh", "redo", "write")
RELEASE = ("version", "candidate", "profile", "account", "sandbox", "source", "fresh", "allow_move")

Options = dict[str, Any]


def show(line: str) -> None:
    """Print a line at once and whole, whatever runs beside it; a release goes on when nobody reads any more."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end


@contextmanager
def one_message() -> Iterator[None]:
    """Turn what can go wrong into one message and an exit code; Ctrl-C exits 130."""
    from releasing.errors import ReleaseError

    try:
        yield
    except ReleaseError as error:
        raise Exit(f"error: {error}", error.code) from None
    except KeyboardInterrupt:
        raise Exit("interrupted; the same command goes on from here", 130) from None
    except OSError as error:
        raise Exit(f"error: {error.filename or 'this machine'}: {error.strerror or error}", 4) from None


def load() -> Config:
    """The release.yaml in use."""
    from releasing import config_file

    return config_file.load(Path(os.environ.get("RELEASE_CONFIG") or ROOT / "release.yaml"))


@contextmanager
def place(config: Config, options: Options) -> Iterator[Place]:
    """Where to act, as the profile says: a sandbox with its servers up, or the real world."""
    from releasing import session

    name = options["profile"] or os.environ.get("RELEASE_PROFILE") or "rehearsal"
    chosen = session.profile(config, name)
    if chosen.production:
        session.refuse_rehearsal_options(name, options["sandbox"] or options["source"] or options["fresh"])
        show(f"PRODUCTION ({name}): {', '.join(session.touched(config))}")
        with session.production(ROOT, chosen) as there:
            yield there
        return
    from releasing.rehearsal.sandbox import opened

    folder = sandbox_folder(config, options)
    show(f"# Rehearsal in {folder}; nothing outside it is changed (for real: --profile NAME)")
    with opened(folder, config, options["source"], fresh=options["fresh"]) as (environment, lock):
        yield session.Place(chosen, environment, folder.resolve(), lock)


def sandbox_folder(config: Config, options: Options) -> Path:
    """The folder of the rehearsal."""
    return Path(options["sandbox"]) if options["sandbox"] else ROOT / config.profiles["rehearsal"].sandbox


@contextmanager
def world(recipe: Recipe, options: Options, *, looking: bool = False) -> Iterator[World]:
    """The release that the options mean; `looking` when nothing is to be changed."""
    from releasing import session

    texts = (options[name] for name in ("version", "candidate", "account", "allow_move"))
    wish = session.Wish.parse(*texts, looking=looking)
    config = load()
    with place(config, options) as there:
        yield session.world(config, there, wish, show, recipe.name)


def run(recipe: Recipe, first: str, last: str, options: Options) -> None:
    """Run the steps of `recipe` from `first` to `last`, and say what exists when all were asked for."""
    recipe.span(first, last)
    with world(recipe, options) as it:
        from releasing import runner, summary

        whole = recipe.of(it.release)
        seen = runner.Run(it, whole, whole.span(first, last), options.get("redo", False))()
        if not first and not last and recipe.name != "master":
            for line in summary.lines(seen, seen.step_shell(whole.steps[-1])):
                show(line)


def named(recipe: str) -> Recipe:
    """The recipe of that name; UsageError otherwise."""
    from releasing.errors import UsageError

    found = next((each for each in RECIPES if each.name == (recipe or "rc")), None)
    if found is None:
        known = ", ".join(each.name for each in RECIPES)
        raise UsageError(f"there is no recipe {recipe!r} (there are: {known})", "--recipe rc")
    return found


def plan(options: Options) -> None:
    """Show every command that a run would change the world with, to paste into a terminal."""
    recipe = named(options["recipe"])
    with world(recipe, options, looking=True) as it:
        from releasing import runner, summary

        runner.plan(it, recipe.of(it.release), summary.exports(it.shell.environment))


def verify(options: Options) -> None:
    """Read a release back from the world; exit code 5 when something is missing."""
    recipe = named(options["recipe"])
    with world(recipe, options, looking=True) as it:
        from releasing import runner

        runner.verify(it, recipe.of(it.release))


def status(options: Options) -> None:
    """Show how far a release is, and what comes next."""
    recipe = named(options["recipe"])
    with world(recipe, options, looking=True) as it:
        from releasing import runner

        runner.status(it, recipe.of(it.release))


def vote(options: Options) -> None:
    """Record the result of the vote on a candidate, with its evidence."""
    with world(named("final"), options) as it:
        from releasing import voting

        show(
            voting.record(
                it.release, it.step_shell(named("final").steps[0]), options["result"], options["evidence"]
            )
        )


def serve(options: Options) -> None:
    """Bring the sandbox's registry and GitHub up, for a look with ordinary tools; Ctrl-C ends it."""
    from releasing.rehearsal.visit import visit

    config = load()
    visit(sandbox_folder(config, options), config, show)


def runbook(options: Options) -> None:
    """Print RUNBOOK.md as the steps make it; --write puts it into the file."""
    from releasing import page

    _put(ROOT / "RUNBOOK.md", page.runbook(load(), RECIPES), options["write"])


def schema(options: Options) -> None:
    """Print the JSON Schema of release.yaml; --write puts it and the reference of all keys into docs/."""
    from releasing import config_file, config_page

    _put(ROOT / "docs" / "release.schema.json", config_file.schema(), options["write"])
    if options["write"]:
        _put(ROOT / "docs" / "release-yaml.md", config_page.reference(), True)


def _put(path: Path, text: str, write: bool) -> None:
    if write:
        path.write_text(text, encoding="utf-8")
    else:
        show(text)


def recipe_task(recipe: Recipe) -> Task[Any]:
    """The task release.NAME of a recipe."""
    return task(
        recipe.name,
        recipe.title,
        lambda options: run(recipe, options["from_"], options["to"], options),
        *RELEASE, "from_", "to",
    )  # fmt: skip


def step_task(step: Step) -> Task[Any]:
    """The task of a single step."""
    recipe = next(each for each in RECIPES if step in each.steps)
    text = f"{step.title}\n\n{step.reasons}"
    return task(step.name, text, lambda options: run(recipe, step.name, step.name, options), *RELEASE, "redo")


def task(name: str, text: str, act: Callable[[Options], None], *taken: str) -> Task[Any]:
    """An Invoke task that gives the options `taken` to `act`, with the error boundary around it."""

    def body(_context: Context, **options: Any) -> None:
        with one_message():
            act(options)

    plain = Parameter.POSITIONAL_OR_KEYWORD
    parameters = [Parameter(option, plain, default=False if option in FLAGS else "") for option in taken]
    # Invoke reads a task's options from its signature.
    body.__signature__ = Signature([Parameter("context", plain), *parameters])  # type: ignore[attr-defined]
    body.__doc__ = text
    return Task(body, name=name, auto_shortflags=False, help={option: HELP[option] for option in taken})


def _namespace() -> Collection:
    release = Collection(
        "release",
        *(recipe_task(recipe) for recipe in RECIPES),
        task("plan", plan.__doc__ or "", plan, *RELEASE, "recipe"),
        task("verify", verify.__doc__ or "", verify, *RELEASE, "recipe"),
        task("status", status.__doc__ or "", status, *RELEASE, "recipe"),
    )
    rehearsal = Collection("rehearsal", task("serve", serve.__doc__ or "", serve, "sandbox"))
    return Collection(
        *(step_task(step) for step in every_step().values()),
        task("vote", vote.__doc__ or "", vote, *RELEASE, "result", "evidence"),
        task("runbook", runbook.__doc__ or "", runbook, "write"),
        task("schema", schema.__doc__ or "", schema, "write"),
        release,
        rehearsal,
    )


class Tool(Program):
    """Invoke itself, which says what to type when it does not know a task or an option."""

    def parse_tasks(self) -> None:
        """Parse the command line; Exit with a hint instead of Invoke's bare sentence."""
        try:
            super().parse_tasks()
        except ParseError as error:
            raise Exit(f"error: {error}\n  hint: {_advice(sys.argv[1:])}", 2) from None


def _advice(words: list[str]) -> str:
    names = list(namespace.task_names)
    asked = next((word for word in words if not word.startswith("-")), "")
    if asked in names:
        return f"the options of {asked}: scripts/invoke --help {asked}"
    close = difflib.get_close_matches(asked, names, n=1)
    return (f"did you mean {close[0]}? " if close else "") + "all tasks: scripts/invoke --list"


namespace = _namespace()

if __name__ == "__main__":
    # What scripts/invoke starts; in an activated environment plain `invoke` finds this file by itself.
    try:
        Tool(name="invoke", binary="invoke", namespace=namespace).run()
    except BrokenPipeError:
        os._exit(141)  # as for any program whose reader has gone
