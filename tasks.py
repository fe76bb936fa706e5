"""What you can run: the Invoke tasks, and the one place where a ReleaseError becomes an exit code.

Every step of the runbook is a task of its own (`invoke cut-branch --version 0.2.1`); a recipe runs all of them
(`invoke release.rc --version 0.2.1`). They come from the declarations in releasing/steps: nothing here names one.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
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

from releasing.commands import later

if later.is_listing(sys.argv):
    later.postpone()
    # A listing ends before anything is worth collecting.
    gc.disable()
    gc.freeze()

from releasing import __version__
from releasing.commands import configured_names
from releasing.commands.table import FLAGS, HELP, OPERATORS, POSITIONAL, RELEASE, VERBS, Verb
from releasing.config.path import REHEARSAL, profile_name
from releasing.recipes import RECIPES
from releasing.shell import standard_streams
from releasing.shell.standard_streams import Printer
from releasing.shell.text.plain_text import keep_streams_plain, plain

if TYPE_CHECKING:
    from releasing.commands.release_commands import Console, Options
    from releasing.config.release_yaml import Config
    from releasing.runbook.recipe import Recipe
    from releasing.runbook.step import Step

    Action = Callable[[Console, Options], None]

NAMES = configured_names.known(os.environ)
OPERATOR_OPTIONS = configured_names.operator_options(NAMES)
# What a task does is imported only when it runs: `invoke --list` stays quick.
# Options of Invoke's that would be taken without a word, by their names in its configuration.
INERT = {
    "warn": "-w/--warn-only",
    "pty": "-p/--pty",
    "hide": "--hide",
    "echo": "-e/--echo",
    "command": "-T/--command-timeout",
}
SERVE = "Start the sandbox's registry and GitHub, to inspect them with ordinary tools. Ctrl-C stops them."


show = Printer()


@contextmanager
def one_message() -> Iterator[None]:
    """Turn what can go wrong into one message and an exit code; Ctrl-C exits 130, a signal 128 and its number."""
    from releasing.errors import ReleaseError
    from releasing.shell.endings import Ended, heard
    from releasing.shell.files import told

    standard_streams.ensure()
    try:
        with heard():
            yield
            show.require()
    except ReleaseError as error:
        raise Exit(plain(f"error: {error}"), error.code) from None
    except Ended as ended:
        raise Exit(f"ended by {ended}; the same command goes on from here", ended.code) from None
    except KeyboardInterrupt:
        raise Exit("interrupted; the same command goes on from here", 130) from None
    except OSError as error:
        failure = told(error)
        raise Exit(plain(f"error: {failure}"), failure.code) from None
    except (MemoryError, RecursionError) as error:
        text = (
            "not enough memory"
            if isinstance(error, MemoryError)
            else "something is nested too deeply to be read"
        )
        raise Exit(f"error: {text}", 1) from None


def sandbox(
    folder: Path, config: Config, source: str, fresh: bool
) -> AbstractContextManager[tuple[dict[str, str], int]]:
    """A sandbox, open; only here does the rehearsal meet the release."""
    from releasing.rehearsal.sandbox import opened

    return opened(folder, config, source, fresh=fresh)


def begin_servers(options: Options) -> None:
    """Have the servers of a rehearsal load beside the rest, which takes as long, if the task needs them."""
    if "sandbox" in options and profile_name(options.get("profile", ""), os.environ) == REHEARSAL:
        from releasing.rehearsal.server_process import ServerProcess

        ServerProcess.begin()


def refuse_inert(context: Context) -> None:
    """Raise UsageError for Invoke's own options that say how its commands run: ours do not run through it."""
    from releasing.errors import UsageError

    # --dry counts from wherever it comes: who asks for it expects that nothing happens.
    if context.config.run.dry:
        raise UsageError(
            "--dry is not for these tasks, and nothing was done", "to see what a run would do: release.plan"
        )
    if context.config._runtime_path and "INVOKE_RUNTIME_CONFIG" not in os.environ:
        raise UsageError(
            "-f/--config names a configuration of Invoke, which has no effect on these tasks",
            "for another release.yaml: RELEASE_CONFIG=FILE",
        )
    given = {name: value for section in context.config._overrides.values() for name, value in section.items()}
    for name, option in INERT.items():
        if given.get(name):
            raise UsageError(f"{option} has no effect on these tasks", f"leave {option} out")


def recipe_task(recipe: Recipe, options: tuple[str, ...]) -> Task[Any]:
    """The task release.NAME of a recipe, whose steps take `options`."""

    def act(console: Console, options: Options) -> None:
        from releasing.commands import release_commands

        release_commands.run(console, recipe, options["from_"], options["to"], options)

    return task(recipe.name, recipe.title, act, *RELEASE, "from_", "to", *options)


def step_task(recipe: Recipe, step: Step) -> Task[Any]:
    """The task of a single step of a recipe."""

    def act(console: Console, options: Options) -> None:
        from releasing.commands import release_commands

        release_commands.run(console, recipe, step.name, step.name, options)

    return task(step.name, f"{step.title}\n\n{step.reasons}", act, *RELEASE, "redo", *step.options)


def verb_task(verb: Verb) -> Task[Any]:
    """The task of a command that is neither a recipe nor a step."""

    def act(console: Console, options: Options) -> None:
        getattr(import_module(verb.module), verb.function)(console, options)

    options = [one for each in verb.options for one in (OPERATOR_OPTIONS if each == OPERATORS else [each])]
    return task(verb.name.rpartition(".")[2], verb.text, act, *options)


def serve(_desk: Console, options: Options) -> None:
    """Keep the sandbox's servers up until interrupted."""
    from releasing.commands import release_commands
    from releasing.rehearsal.serving import visit

    config = release_commands.load()
    folder = options["sandbox"] or release_commands.ROOT / config.profiles[REHEARSAL].sandbox
    visit(Path(folder), config, show)


def task(name: str, text: str, act: Action, *taken: str) -> Task[Any]:
    """An Invoke task that gives the options `taken` to `act`, with the error boundary around it."""

    def body(context: Context, **options: Any) -> None:
        with one_message():
            refuse_inert(context)
            begin_servers(options)
            from releasing.commands.release_commands import Console

            act(Console(show, sandbox), options)

    kind, texts = Parameter.POSITIONAL_OR_KEYWORD, HELP | OPERATOR_OPTIONS
    defaults = (
        dict.fromkeys(taken, "") | dict.fromkeys(FLAGS, False) | dict.fromkeys(POSITIONAL, Parameter.empty)
    )
    parameters = [Parameter(option, kind, default=defaults[option]) for option in taken]
    # Invoke reads a task's options from its signature.
    body.__signature__ = Signature([Parameter("context", kind), *parameters])  # type: ignore[attr-defined]
    body.__doc__ = text
    return Task(body, name=name, auto_shortflags=False, help={option: texts[option] for option in taken})


def _namespace() -> Collection:
    """Steps and single commands at the top; recipes and grouped commands in collections."""
    named = [*zip(RECIPES, configured_names.named(RECIPES, NAMES), strict=True)]
    steps: dict[str, Task[Any]] = {}
    for recipe, whole in named:
        steps |= {step.name: step_task(recipe, step) for step in whole if step.name not in steps}
    groups: dict[str, list[Task[Any]]] = {
        "": [*steps.values()],
        "release": [recipe_task(recipe, whole.options) for recipe, whole in named],
        "rehearsal": [task("serve", SERVE, serve, "sandbox")],
    }
    for verb in VERBS:
        groups.setdefault(verb.collection, []).append(verb_task(verb))
    inner = [Collection(name, *tasks) for name, tasks in groups.items() if name]
    return Collection(*groups[""], *inner)


class Tool(Program):
    """Invoke itself, which says what to type when it does not know a task or an option."""

    @property
    def binary_names(self) -> list[str]:
        """What the command line that is being completed begins with: scripts/invoke, as often as invoke."""
        return [re.escape(self.core.remainder.partition(" ")[0])]

    def parse_core_args(self) -> None:
        """Parse Invoke's own options; print our completion scripts, not Invoke's, which run its program by name."""
        super().parse_core_args()
        if shell := self.args["print-completion-script"].value:
            from releasing.commands import completion

            with one_message():
                show(completion.script(shell).rstrip())
            raise Exit

    def parse_cleanup(self) -> None:
        """Show what was asked about; Exit with a hint for a name that nothing has."""
        asked = self.args.help.value or self.args.list.value
        try:
            super().parse_cleanup()
        except ParseError as error:
            raise Exit(f"error: {error}\n  hint: {_advised([asked])}", 2) from None
        except Exit as error:
            if error.message and "not found" in error.message:
                raise Exit(f"error: {error.message}\n  hint: {_advised([asked])}", 2) from None
            raise

    def parse_tasks(self) -> None:
        """Parse the command line; Exit with a hint instead of Invoke's bare sentence."""
        asked_about = isinstance(self.args.help.value, str)  # --help NAME
        if not (self.core.unparsed or self.args.complete.value or asked_about):
            # Nothing names a task: a listing needs no parser, which would cost as much as all our imports.
            self.tasks = ParseResult()
            return
        from releasing.commands.advice import empty_option

        if (option := empty_option(sys.argv[1:])) and not self.args.complete.value:
            raise Exit(f"error: {option} has an empty value\n  hint: give it one, or leave {option} out", 2)
        try:
            super().parse_tasks()
        except ParseError as error:
            with one_message():  # which tasks and options there are follows from release.yaml
                import_module("releasing.commands.release_commands").load()
            raise Exit(f"error: {error}\n  hint: {_advised(sys.argv[1:])}", 2) from None


def _advised(words: list[str]) -> str:
    from releasing.commands.advice import advice

    return advice(words, [*namespace.task_names, *namespace.collections])


namespace = _namespace()


def _code() -> int:
    try:
        Tool(version=__version__, name="invoke", binary="invoke", namespace=namespace).run()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else bool(ended.code)
    return 0


def main() -> None:
    """Run the command line: what scripts/invoke starts; plain `invoke` finds `namespace` by itself."""
    standard_streams.ensure()
    keep_streams_plain()
    try:
        code = _code()
        sys.stdout.flush()
        # All is written by now, and taking the interpreter apart is a tenth of a short task's time.
        os._exit(code)
    except BrokenPipeError:
        os._exit(141)  # as for any program whose reader has gone
    except OSError as error:
        print(f"error: standard output: {error.strerror}", file=sys.stderr)
        os._exit(1)


if __name__ == "__main__":
    main()
