"""Recipes: a release in the order of the runbook, section by section, each with its steps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from releasing.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from releasing.release import AnyRelease
    from releasing.runbook.step import Proposal, Step


class Section:
    """A section of the runbook: its heading, and its steps in order."""

    def __init__(self, heading: str, *steps: Step) -> None:
        self.heading = heading
        self.steps = steps

    def of(self, copies: Mapping[str, list[Step]]) -> Iterator[Section]:
        """The section with the expanded steps; one section for each item, if the heading names it."""
        kept = [one for step in self.steps for one in copies[step.name]]
        if "{" in self.heading:
            yield from (Section(self.heading.format_map(step.words), step) for step in kept)
        elif kept:
            yield Section(self.heading, *kept)


@dataclass(frozen=True)
class Recipe:
    """A release as sections of the runbook; a step may start as soon as all that it needs is done."""

    name: str
    title: str
    sections: tuple[Section, ...]

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all sections, in order."""
        return tuple(step for section in self.sections for step in section.steps)

    @property
    def options(self) -> tuple[str, ...]:
        """The options that its steps take, each once."""
        return tuple(dict.fromkeys(option for each in self.steps for option in each.options))

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The proposals of its steps, in order."""
        return _proposals(self.steps)

    def of(self, release: AnyRelease) -> Recipe:
        """The recipe without the steps that this project does not have; the needs of those steps are kept.

        Raises ConfigError when only gates are left.
        """
        copies = {each.name: [*each.copies(release)] if each.when(release) else [] for each in self.steps}
        recipe = self._with(copies)
        if all(each.gate for each in recipe):
            raise ConfigError(
                f"release.{self.name} has no step for {release.config.project}",
                "docs/release-yaml.md tells which section of release.yaml each step requires",
            )
        for each in recipe:
            if each.given_proposals:
                before = recipe.before(each)
                each.give(_proposals(step for step in recipe if step.name in before))
        return recipe

    def listed(self, listing: Any) -> Recipe:
        """The recipe with every step that has a name: `listing` stands for a release of which names are known."""
        return self._with({each.name: [*each.copies(listing)] for each in self.steps})

    def _with(self, copies: Mapping[str, list[Step]]) -> Recipe:
        """The recipe with its expanded steps. Raises ConfigError when two steps have the same name."""
        sections = (kept for section in self.sections for kept in section.of(copies))
        recipe = replace(self, sections=tuple(sections))
        names = Counter(each.name for each in recipe)
        if taken := [name for name, count in names.items() if count > 1]:
            raise ConfigError(
                f"two steps have the same name: {', '.join(taken)}", "choose another name in release.yaml"
            )
        needs = {each.name: each.needs for each in self.steps}
        standing = {name: [one.name for one in those] for name, those in copies.items()}
        for each in recipe:
            _inherit(each, needs, standing)
        return recipe

    def span(self, first: str, last: str) -> tuple[Step, ...]:
        """The steps from `first` to `last`, both included; an empty name is the end of the recipe."""
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

    def before(self, *wanted: Step) -> frozenset[str]:
        """The names of all steps that any of `wanted` needs, directly or through others."""
        needs = {each.name: each.needs for each in self.steps}
        return reached((name for each in wanted for name in each.needs), needs, needs.__getitem__)

    def after(self, *wanted: Step) -> list[Step]:
        """All steps that need any of `wanted`, directly or through others."""
        needing: defaultdict[str, list[str]] = defaultdict(list)
        for each in self.steps:
            for name in each.needs:
                needing[name].append(each.name)
        begun = [name for each in wanted for name in needing[each.name]]
        found = reached(begun, {each.name for each in self.steps}, needing.__getitem__)
        return [each for each in self.steps if each.name in found]


def reached(
    begun: Iterable[str], known: Container[str], onward: Callable[[str], Iterable[str]]
) -> frozenset[str]:
    """The names among `known` that are reached from those begun with, themselves included; each is left once."""
    found: set[str] = set()
    rest = [*begun]
    while rest:
        name = rest.pop()
        if name in known and name not in found:
            found.add(name)
            rest.extend(onward(name))
    return frozenset(found)


def _proposals(steps: Iterable[Step]) -> tuple[Proposal, ...]:
    return tuple(step.proposes for step in steps if step.proposes)


def _inherit(step: Step, needs: Mapping[str, tuple[str, ...]], standing: Mapping[str, list[str]]) -> None:
    """`step` with its needs expanded; the need for a missing step becomes that step's own needs."""

    def is_gone(name: str) -> bool:
        return name in standing and not standing[name]

    while missing := [name for name in step.needs if is_gone(name)]:
        inherited = (need for name in missing for need in needs[name])
        step.needs = tuple(dict.fromkeys([*(name for name in step.needs if not is_gone(name)), *inherited]))
    step.needs = tuple(one for name in step.needs for one in standing.get(name, [name]))
