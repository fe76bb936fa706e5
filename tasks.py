"""What you can run: the Invoke tasks, and the one place where a ReleaseError becomes an exit code.

Every step of the runbook is a task of its own (`invoke cut-branch --version 0.2.1`); a recipe runs all of them
(`invoke release.rc --version 0.2.1`). They come from the declarations in releasing/steps: nothing here names one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection
from invoke.exceptions import Exit
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
}


@dataclass(frozen=True)
class Options:
    """The options that every task which acts on a release takes; texts as typed."""

    version: str = ""
    candidate: str = ""
    profile: str = ""
    account: str = ""
    sandbox: str = ""
    source: str = ""
    fresh: bool = False
    allow_move: str = ""


def show(line: str) -> None:
    """Print a line at once and whole, whatever runs beside it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


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


def load() -> Config:
    """The release.yaml in use."""
    from releasing import config_file

    return config_file.load(Path(os.environ.get("RELEASE_CONFIG") or ROOT / "release.yaml"))


@contextmanager
def place(config: Config, options: Options) -> Iterator[Place]:
    """Where to act, as the profile says: a sandbox with its servers up, or the real world."""
    from releasing import session

    name = options.profile or os.environ.get("RELEASE_PROFILE") or "rehearsal"
    chosen = session.profile(config, name)
    if chosen.production:
        session.refuse_rehearsal_options(name, options.sandbox or options.source or options.fresh)
        show(f"PRODUCTION ({name}): {', '.join(session.touched(config))}")
        with session.production(ROOT, chosen) as there:
            yield there
        return
    from releasing.rehearsal.sandbox import opened

    folder = Path(options.sandbox) if options.sandbox else ROOT / chosen.sandbox
    show(f"Rehearsal in {folder}; nothing outside it is changed (for real: --profile NAME)")
    with opened(folder, config, options.source, fresh=options.fresh) as (environment, lock):
        yield session.Place(chosen, environment, folder.resolve(), lock)


@contextmanager
def world(recipe: Recipe, options: Options) -> Iterator[World]:
    """The release that the options mean, with the error boundary around it."""
    with one_message():
        from releasing import session

        wish = session.Wish.parse(options.version, options.candidate, options.account, options.allow_move)
        config = load()
        with place(config, options) as there:
            yield session.world(config, there, wish, show, final=recipe.name == "final")


def run(recipe: Recipe, first: str, last: str, redo: bool, options: Options) -> None:
    """Run the steps of `recipe` from `first` to `last`, and say what exists when it is complete."""
    with world(recipe, options) as it:
        from releasing import runner, summary

        whole = recipe.of(it.release)
        runner.Run(it, whole, whole.span(first, last), redo)()
        if not first and not last:
            for line in summary.lines(it, it.step_shell(whole.steps[-1])):
                show(line)


def recipe_task(recipe: Recipe) -> Task[Any]:
    """The task release.NAME of a recipe."""

    def body(
        _c, version, candidate="", profile="", account="", sandbox="", source="", fresh=False, allow_move="",
        from_="", to="",
    ):  # type: ignore[no-untyped-def]  # fmt: skip
        run(
            recipe,
            from_,
            to,
            False,
            Options(version, candidate, profile, account, sandbox, source, fresh, allow_move),
        )

    return _task(body, recipe.name, recipe.title)


def step_task(step: Step) -> Task[Any]:
    """The task of a single step."""

    def body(
        _c, version, candidate="", profile="", account="", sandbox="", source="", fresh=False, allow_move="",
        redo=False,
    ):  # type: ignore[no-untyped-def]  # fmt: skip
        options = Options(version, candidate, profile, account, sandbox, source, fresh, allow_move)
        run(next(r for r in RECIPES if step in r.steps), step.name, step.name, redo, options)

    return _task(body, step.name, f"{step.title}\n\n{step.reasons}")


def plan(_c, version, candidate="", profile="", account="", sandbox="", source="", fresh=False, recipe="rc"):  # type: ignore[no-untyped-def]
    """Show every command that a run would change the world with, to paste into a terminal."""
    chosen = named(recipe)
    with world(chosen, Options(version, candidate, profile, account, sandbox, source, fresh)) as it:
        from releasing import runner, summary

        runner.plan(it, chosen.of(it.release), summary.exports(it.shell.environment))


def verify(_c, version, candidate="", profile="", account="", sandbox="", source="", recipe="rc"):  # type: ignore[no-untyped-def]
    """Read a release back from the world; exit code 5 when something is missing."""
    chosen = named(recipe)
    with world(chosen, Options(version, candidate, profile, account, sandbox, source)) as it:
        from releasing import runner

        runner.verify(it, chosen.of(it.release))


def named(recipe: str) -> Recipe:
    """The recipe of that name; UsageError otherwise."""
    with one_message():
        from releasing.errors import UsageError

        found = next((each for each in RECIPES if each.name == recipe), None)
        if found is None:
            known = ", ".join(each.name for each in RECIPES)
            raise UsageError(f"no recipe {recipe!r} (there are: {known})", "--recipe rc")
        return found


def serve(_c, sandbox=""):  # type: ignore[no-untyped-def]
    """Bring the sandbox's registry and GitHub up, for a look with ordinary tools; Ctrl-C ends it."""
    with one_message():
        from releasing.rehearsal.visit import visit

        config = load()
        visit(Path(sandbox) if sandbox else ROOT / config.profiles["rehearsal"].sandbox, config, show)


def runbook(_c, write=False):  # type: ignore[no-untyped-def]
    """Print RUNBOOK.md as the steps make it; --write puts it into the file."""
    with one_message():
        from releasing import page

        text = page.runbook(load(), RECIPES)
        (ROOT / "RUNBOOK.md").write_text(text, encoding="utf-8") if write else show(text)


def schema(_c, write=False):  # type: ignore[no-untyped-def]
    """Print the JSON Schema of release.yaml; --write puts it into docs/."""
    from releasing import config_file

    text = config_file.schema()
    (ROOT / "docs" / "release.schema.json").write_text(text, encoding="utf-8") if write else show(text)


def _task(body: Callable[..., None], name: str, text: str) -> Task[Any]:
    body.__doc__ = text
    taken = body.__code__.co_varnames[: body.__code__.co_argcount]
    return Task(body, name=name, auto_shortflags=False, help={k: v for k, v in HELP.items() if k in taken})


def _namespace() -> Collection:
    release = Collection("release", *(recipe_task(recipe) for recipe in RECIPES))
    for body in (plan, verify):
        release.add_task(_task(body, body.__name__, body.__doc__ or ""))
    rehearsal = Collection("rehearsal", _task(serve, "serve", serve.__doc__ or ""))
    top = Collection(*(step_task(step) for step in every_step().values()))
    for body in (runbook, schema):
        top.add_task(_task(body, body.__name__, body.__doc__ or ""))
    top.add_collection(release)
    top.add_collection(rehearsal)
    return top


namespace = _namespace()
