"""Steps: the one declaration behind command, plan, runbook page, run and check."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from releasing.release import AnyRelease
    from releasing.shell.command import Command

# Both get the release and a StepShell; those of a step that exists for each of several items also get the item.
Action = Callable[..., None]
Check = Callable[..., "Finding"]
# The pull request that a step proposes, given the release and its build tag, which is empty before the build.
Proposal = Callable[..., Any]


T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """What a check read from the world: whether the step is done, and the facts that show it.

    `facts` are recorded with the step as its result, for example the digest of each built image. `wait` is a command
    after which the step is done without a change, where nothing else is left: checks that run, perhaps once more.
    `hint` is what to type when the step was done before and nobody undid it.
    """

    holds: bool
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)
    wait: Command | None = None
    hint: str = ""


def met(text: str) -> Finding:
    """The step is done; `text` tells what was found."""
    return Finding(True, text)


def unmet(text: str) -> Finding:
    """The step is not done; `text` tells what is missing."""
    return Finding(False, text)


@dataclass(frozen=True)
class Member:
    """One of the items for which a step exists: the name of its step, and the item.

    `words` replace their names in braces in the step's texts and options; `proposes` says that it has a proposal.
    """

    name: str
    thing: object
    words: Mapping[str, str] = field(default_factory=dict)
    proposes: bool = True


@dataclass
class Step:
    """A step of the runbook: what it does, what it needs, and how the world shows that it is done."""

    action: Action
    needs: tuple[str, ...] = ()
    irreversible: bool = False
    gate: bool = False
    options: tuple[str, ...] = ()
    exclusive: bool = False
    when: Callable[[Any], bool] = lambda _release: True
    each: Callable[[Any], Iterable[Member]] | None = None
    given_proposals: bool = False
    proposes: Proposal | None = field(default=None, init=False)
    check: Check | None = field(default=None, init=False)
    called: str = field(default="", init=False)
    words: Mapping[str, str] = field(default_factory=dict, init=False)

    @property
    def name(self) -> str:
        """The step's name on the command line, in the journal and in the runbook."""
        return self.called or self.action.__name__.replace("_", "-")

    @property
    def title(self) -> str:
        """The first line of the declaration's docstring: what lists and headings show."""
        return self._text(self.action).split("\n")[0]

    @property
    def reasons(self) -> str:
        """The rest of the docstring."""
        return self._text(self.action).partition("\n")[2].strip()

    @property
    def done_when(self) -> str:
        """When the step is done, in one sentence."""
        return self._text(self.verify).replace("\n", " ")

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

    def copies(self, release: AnyRelease) -> Iterator[Step]:
        """The steps that a recipe gets from it: one, or one for each item for which it exists."""
        if self.each is None:
            yield copy.copy(self)
            return
        for member in self.each(release):
            one = copy.copy(self)
            one.called, one.words, one.each = member.name, member.words, None
            one.options = tuple(option.format_map(member.words) for option in self.options)
            one.proposes = _bound(self.proposes, member.thing) if self.proposes and member.proposes else None
            one.give(member.thing)
            yield one

    def give(self, thing: object) -> None:
        """The step with `thing` as the last argument of its action and check."""
        self.action, self.check = _bound(self.action, thing), _bound(self.verify, thing)

    def _text(self, documented: object) -> str:
        text = inspect.getdoc(documented) or ""
        return text.format_map(self.words) if self.words else text


def step(
    *,
    needs: tuple[Step, ...] = (),
    irreversible: bool = False,
    gate: bool = False,
    options: tuple[str, ...] = (),
    exclusive: bool = False,
    when: Callable[[Any], bool] = lambda _release: True,
    each: Callable[[Any], Iterable[Member]] | None = None,
    given_proposals: bool = False,
) -> Callable[[Action], Step]:
    """Declare a step.

    `needs` are the steps before it; `irreversible`: it cannot be undone; `gate`: it may expire, and matters only
    until all steps that need it are done (a login, a vote); `options` are its options on the command line beside
    those of every step; `exclusive`: it never runs on two machines at once (lease.py); `when`: the projects for
    which it exists; `each`: the items for which it exists, where action and check also get the item;
    `given_proposals`: they get the proposals of all steps before it.
    """

    def declare(action: Action) -> Step:
        names = tuple(each.name for each in needs)
        return Step(action, names, irreversible, gate, options, exclusive, when, each, given_proposals)

    return declare


def proposal(change: Proposal) -> Callable[[Step], Step]:
    """Declare that a step opens the pull request that `change` makes; written above @step."""

    def declare(step: Step) -> Step:
        step.proposes = change
        return step

    return declare


def present(section: T | None) -> T:
    """A section of release.yaml that cannot be missing, because the step that reads it exists only with it."""
    if section is None:
        raise TypeError("a step reads a section of release.yaml without which it must not exist")
    return section


def _bound(function: Callable[..., T], thing: object) -> Callable[..., T]:
    @functools.wraps(function)
    def bound(*given: object) -> T:
        return function(*given, thing)

    return bound
