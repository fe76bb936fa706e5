"""What you can run: the Invoke tasks, and the one place where a ReleaseError becomes an exit code.

Every step of the runbook is a task of its own (`invoke cut-branch --version 0.2.1`); a recipe runs all of them
(`invoke release.rc --version 0.2.1`). They come from the declarations in releasing/steps: nothing here names one.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit, ParseError
from invoke.parser import ParseResult
from invoke.program import Program
from invoke.tasks import Task

sys.path.insert(0, str(Path(__file__).resolve().parent))

from releasing import __version__
from releasing.recipes import RECIPES, every_step

if TYPE_CHECKING:
    from releasing.actions import Desk, Options
    from releasing.config import Config
    from releasing.step import Recipe, Step

    Action = Callable[[Desk, Options], None]

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
    "commits": "ids of commits of the default branch, with commas between them",
    "waive": "number of an issue or pull request that does not stop this candidate after all",
    "because": "why it does not",
    "result": "of the vote: passed or failed",
    "evidence": "address of the mail thread with the votes",
    "write": "write it into its file instead",
    "json": "for programs: every claim with all its details",
}
FLAGS = ("fresh", "redo", "write", "json")
PLACE = ("version", "candidate", "profile", "sandbox", "source", "fresh")
RELEASE = ("version", "candidate", "profile", "account", "sandbox", "source", "fresh", "allow_move")
WAIVING = ("waive", "because")

# What a task does is in releasing/actions.py, which is imported only when a task runs: `invoke --list` stays quick.
TEXTS = {
    "plan": "Show every command that a run would change the world with, to paste into a terminal.",
    "status": "Show how far a release is, and what comes next.",
    "verify": "Read a whole release back, whoever made it; exit code 5 when a claim does not hold.",
    "pick": "Bring commits of the default branch to the release branch, in a pull request.",
    "notes": "Draft the release notes, or add what they do not mention yet.",
    "vote": "Record the result of the vote on a candidate, with its evidence.",
    "serve": "Bring the sandbox's registry and GitHub up, for a look with ordinary tools; Ctrl-C ends it.",
    "runbook": "Print RUNBOOK.md as the steps make it; --write puts it into the file.",
    "schema": "Print the JSON Schema of release.yaml; --write puts it and the reference into docs/.",
}


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


def sandbox(
    folder: Path, config: Config, source: str, fresh: bool
) -> AbstractContextManager[tuple[dict[str, str], int]]:
    """A sandbox, open; only here does the rehearsal meet the release."""
    from releasing.rehearsal.sandbox import opened

    return opened(folder, config, source, fresh=fresh)


def recipe_task(recipe: Recipe) -> Task[Any]:
    """The task release.NAME of a recipe."""

    def act(desk: Desk, options: Options) -> None:
        from releasing import actions

        actions.run(desk, recipe, options["from_"], options["to"], options)

    waiving = WAIVING if any(step.waivable for step in recipe) else ()
    return task(recipe.name, recipe.title, act, *RELEASE, "from_", "to", *waiving)


def step_task(step: Step) -> Task[Any]:
    """The task of a single step."""
    recipe = next(each for each in RECIPES if step in each.steps)

    def act(desk: Desk, options: Options) -> None:
        from releasing import actions

        actions.run(desk, recipe, step.name, step.name, options)

    waiving = WAIVING if step.waivable else ()
    return task(step.name, f"{step.title}\n\n{step.reasons}", act, *RELEASE, "redo", *waiving)


def action_task(name: str, *taken: str) -> Task[Any]:
    """The task of the function `name` in releasing/actions.py."""

    def act(desk: Desk, options: Options) -> None:
        from releasing import actions

        getattr(actions, name)(desk, options)

    return task(name, TEXTS[name], act, *taken)


def serve(_desk: Desk, options: Options) -> None:
    """Keep the sandbox's servers up until interrupted."""
    from releasing import actions
    from releasing.rehearsal.visit import visit

    config = actions.load()
    folder = options["sandbox"] or actions.ROOT / config.profiles["rehearsal"].sandbox
    visit(Path(folder), config, show)


def task(name: str, text: str, act: Action, *taken: str) -> Task[Any]:
    """An Invoke task that gives the options `taken` to `act`, with the error boundary around it."""

    def body(_context: Context, **options: Any) -> None:
        with one_message():
            from releasing.actions import Desk

            act(Desk(show, sandbox), options)

    plain = Parameter.POSITIONAL_OR_KEYWORD
    parameters = [Parameter(option, plain, default=False if option in FLAGS else "") for option in taken]
    # Invoke reads a task's options from its signature.
    body.__signature__ = Signature([Parameter("context", plain), *parameters])  # type: ignore[attr-defined]
    body.__doc__ = text
    return Task(body, name=name, auto_shortflags=False, help={option: HELP[option] for option in taken})


def _namespace() -> Collection:
    looking = [action_task(name, *RELEASE, "recipe") for name in ("plan", "status")]
    looking.append(action_task("verify", *PLACE, "json"))
    return Collection(
        *(step_task(step) for step in every_step().values()),
        action_task("pick", *RELEASE, "commits"),
        action_task("notes", *RELEASE),
        action_task("vote", *RELEASE, "result", "evidence"),
        action_task("runbook", "write"),
        action_task("schema", "write"),
        Collection("release", *(recipe_task(recipe) for recipe in RECIPES), *looking),
        Collection("rehearsal", task("serve", TEXTS["serve"], serve, "sandbox")),
    )


class Tool(Program):
    """Invoke itself, which says what to type when it does not know a task or an option."""

    def parse_tasks(self) -> None:
        """Parse the command line; Exit with a hint instead of Invoke's bare sentence."""
        asked_about = isinstance(self.args.help.value, str)  # --help NAME
        if not (self.core.unparsed or self.args.complete.value or asked_about):
            # Nothing names a task: a listing needs no parser, which would cost as much as all our imports.
            self.tasks = ParseResult()
            return
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


def main() -> None:
    """Run the command line: what scripts/invoke starts; plain `invoke` finds `namespace` by itself."""
    try:
        Tool(version=__version__, name="invoke", binary="invoke", namespace=namespace).run()
    except BrokenPipeError:
        os._exit(141)  # as for any program whose reader has gone


if __name__ == "__main__":
    main()
