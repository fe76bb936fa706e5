"""What a step is: the one declaration that command, plan, runbook page, run and check come from."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from releasing.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from releasing.release import Undertaking

# Both are given the release and a StepShell; those of a step that exists for each of several things, which, too.
Action = Callable[..., None]
Check = Callable[..., "Finding"]


T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """What a check read from the world: whether the step is done, and the facts that say so.

    `facts` are recorded with the step as its result: the digest of each image that was built.
    """

    holds: bool
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


def met(text: str) -> Finding:
    """The step is done; `text` says what was found."""
    return Finding(True, text)


def unmet(text: str) -> Finding:
    """The step is not done; `text` says what is missing."""
    return Finding(False, text)


@dataclass
class Step:
    """A section of the runbook: what it does, what it needs, and how the world shows that it is done."""

    action: Action
    needs: tuple[str, ...] = ()
    irreversible: bool = False
    gate: bool = False
    options: tuple[str, ...] = ()
    exclusive: bool = False
    section: str = ""
    when: Callable[[Any], bool] = lambda _release: True
    each: Callable[[Any], Mapping[str, object]] | None = None
    check: Check | None = field(default=None, init=False)
    called: str = field(default="", init=False)

    @property
    def name(self) -> str:
        """The step's name on the command line, in the journal and in the runbook."""
        return self.called or self.action.__name__.replace("_", "-")

    @property
    def title(self) -> str:
        """The first line of the declaration's docstring: what lists and headings show."""
        return _text(self.action).split("\n")[0]

    @property
    def reasons(self) -> str:
        """The rest of the docstring."""
        return _text(self.action).partition("\n")[2].strip()

    @property
    def done_when(self) -> str:
        """How the world shows that the step is done, in one sentence."""
        return _text(self.verify).replace("\n", " ")

    @property
    def verify(self) -> Check:
        """The check of this step; every step has one (a test sees to it)."""
        if self.check is None:
            raise TypeError(f"step {self.name} has no verified_by")
        return self.check

    def verified_by(self, check: Check) -> Check:
        """Declare the check that reads the world."""
        self.check = check
        return check

    def copies(self, release: Undertaking) -> Iterator[Step]:
        """The step as a recipe has it: one, or one for each thing that it exists for."""
        if self.each is None:
            yield copy.copy(self)
            return
        for name, thing in self.each(release).items():
            one = copy.copy(self)
            one.called, one.each = name, None
            one.action, one.check = _bound(self.action, thing), _bound(self.verify, thing)
            yield one


def step(
    *,
    needs: tuple[Step, ...] = (),
    irreversible: bool = False,
    gate: bool = False,
    options: tuple[str, ...] = (),
    exclusive: bool = False,
    when: Callable[[Any], bool] = lambda _release: True,
    each: Callable[[Any], Mapping[str, object]] | None = None,
) -> Callable[[Action], Step]:
    """Declare a step.

    `needs` come before it; `irreversible` says that it cannot be taken back; `gate` that it may lapse and matters
    only until all that needs it is done (a login, a vote); `options` are what it takes on the command line beside
    those of every step; `exclusive` that it is not at work on two machines at once (lease.py); `when` for which
    projects it exists; `each` what it exists for, by the name that its step gets: action and check are given the
    thing, too.
    """

    def declare(action: Action) -> Step:
        module = inspect.getmodule(action)
        section = (module.__doc__ or "").split("\n")[0].rstrip(".") if module else ""
        names = tuple(each.name for each in needs)
        return Step(action, names, irreversible, gate, options, exclusive, section, when, each)

    return declare


@dataclass(frozen=True)
class Recipe:
    """A release as ordered steps; a step may start as soon as all that it needs is done."""

    name: str
    title: str
    steps: tuple[Step, ...]

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    @property
    def options(self) -> tuple[str, ...]:
        """The options that its steps take, each once."""
        return tuple(dict.fromkeys(option for each in self.steps for option in each.options))

    def of(self, release: Undertaking) -> Recipe:
        """The recipe without the steps that this project does not have; what they needed is needed still.

        Raises ConfigError when no step is left that leaves anything behind.
        """
        gone = {each.name: each.needs for each in self.steps if not each.when(release)}
        kept = [one for each in self.steps if each.name not in gone for one in each.copies(release)]
        names = [each.name for each in kept]
        if taken := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise ConfigError(f"{', '.join(taken)} is the name of a step already", "choose another name")
        if all(each.gate for each in kept):
            raise ConfigError(
                f"{release.config.project} has nothing for release.{self.name} to do",
                "docs/release-yaml.md says which sections of release.yaml it is for",
            )
        for each in kept:
            while missing := [name for name in each.needs if name in gone]:
                inherited = tuple(need for name in missing for need in gone[name])
                each.needs = tuple(dict.fromkeys([*(n for n in each.needs if n not in gone), *inherited]))
        return Recipe(self.name, self.title, tuple(kept))

    def span(self, first: str, last: str) -> tuple[Step, ...]:
        """The steps from `first` to `last`, both included; empty text is an end of the recipe."""
        names = [each.name for each in self.steps]
        for name in filter(None, (first, last)):
            if name not in names:
                raise UsageError(
                    f"release.{self.name} has no step {name!r}", f"its steps: {', '.join(names)}"
                )
        start = names.index(first) if first else 0
        end = names.index(last) if last else len(names) - 1
        if start > end:
            raise UsageError(
                f"{first} comes after {last} in release.{self.name}", f"--from {last} --to {first}"
            )
        return self.steps[start : end + 1]

    def before(self, wanted: Step) -> frozenset[str]:
        """The names of all steps that `wanted` needs, directly or through others."""
        needs = {each.name: each.needs for each in self.steps}
        found: set[str] = set()
        rest = list(wanted.needs)
        while rest:
            name = rest.pop()
            if name in needs and name not in found:
                found.add(name)
                rest.extend(needs[name])
        return frozenset(found)

    def after(self, wanted: Step) -> list[Step]:
        """All steps that need `wanted`, directly or through others."""
        return [each for each in self.steps if wanted.name in self.before(each)]


def present(section: T | None) -> T:
    """A section of release.yaml that exists, because the step that asks for it exists only then."""
    if section is None:
        raise TypeError("a step asked for a section of release.yaml that it should not exist without")
    return section


def _bound(function: Callable[..., T], thing: object) -> Callable[..., T]:
    @functools.wraps(function)
    def bound(*given: object) -> T:
        return function(*given, thing)

    return bound


def _text(documented: object) -> str:
    return inspect.getdoc(documented) or ""
