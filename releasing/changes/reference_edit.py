"""The references that a change of a release sets: the command that writes them, and the check of origin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from releasing.changes.pull_requests import Change
from releasing.clients.git.checkout import GREP
from releasing.config.placeholders import filled, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from releasing.config.release_yaml import ConfiguredParameter, ConfiguredPin, Images, OperatorPin
    from releasing.references.report import ReferenceReport
    from releasing.references.rules import Rules
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command


Words = tuple[str, str, str]
Valued = TypeVar("Valued", "ConfiguredPin", "ConfiguredParameter")


@dataclass(frozen=True)
class ReferenceEdit:
    """Image rules (NAME_REGEX:TAG), pins (FILE PATTERN VALUE), parameters (GLOB NAME VALUE), and paths.

    The files of `pins_if_present` may be absent.
    """

    images: tuple[str, ...]
    pins: tuple[Words, ...] = ()
    parameters: tuple[Words, ...] = ()
    only: tuple[str, ...] = ()
    leave_alone: tuple[str, ...] = ()
    pins_if_present: tuple[Words, ...] = ()

    def command(self, sh: StepShell, checkout: str) -> Command:
        """The command line that makes the edit in `checkout`."""
        command = sh["update_references.py"][checkout, "--write"]
        for image in self.images:
            command = command["--image", image]
        for pin in self.pins:
            command = command["--pin", *pin]
        for pin in self.pins_if_present:
            command = command["--pin-if-present", *pin]
        for parameter in self.parameters:
            command = command["--parameter", *parameter]
        for option, paths in (("--only", self.only), ("--except", self.leave_alone)):
            for path in paths:
                command = command[option, path]
        return command

    @cached_property
    def rules(self) -> Rules:
        """The rules of that command line. Raises one UsageError with every problem."""
        from releasing.references.rules import Rules  # noqa: PLC0415 - a no-op run does without

        return Rules.parse(
            self.images,
            self.pins,
            self.parameters,
            pins_if_present=self.pins_if_present,
            only=self.only,
            except_=self.leave_alone,
        )

    def examine(self, release: Release, sh: StepShell, revision: str) -> ReferenceReport:
        """What the edit would change at `revision` of origin, as last fetched."""
        from releasing.references import examine  # noqa: PLC0415 - as above

        also = [pin.path for pin in self.rules.pins]
        for each in self.rules.parameters:
            also += _setting(release, sh, revision, each.name, each.files)
        files = release.origin(sh).files_naming(revision, searched(release), tuple(also))
        return examine(files, self.rules)

    def wanted(self, release: Release, sh: StepShell, base: str) -> bool:
        """Whether `base` on origin lacks (part of) the edit; a branch that does not exist yet lacks it."""
        revision = f"origin/{base}"
        return not release.origin(sh).has(revision) or bool(self.examine(release, sh, revision).changes)


def change(release: Release, step: str, base: str, text: tuple[str, str], edit: ReferenceEdit) -> Change:
    """The pull request of `step` that makes `edit` on `base`; `text` is its title and its reason."""
    return Change(
        step,
        base,
        *text,
        edits=lambda sh, checkout: [edit.command(sh, checkout)],
        wanted=lambda sh: edit.wanted(release, sh, base),
    )


def prefixes(release: Release) -> tuple[str, ...]:
    """The prefixes of the project's image names in files."""
    return release.config.reference_prefixes or (f"{release.config.registry}/",)


def searched(release: Release) -> tuple[str, ...]:
    """What files have that name images of ours: the prefixes, also with the slashes that JSON may have."""
    return (*prefixes(release), *(each.replace("/", r"\/") for each in prefixes(release)))


def rule(release: Release, pattern: str, tag: str) -> str:
    """NAME_REGEX:TAG for the images whose name after such a prefix matches `pattern`."""
    beginnings = "|".join(escaped(prefix) for prefix in prefixes(release))
    return f"({beginnings})({pattern}):{tag}"


def known_of(release: Release, edits: Iterable[Valued]) -> Iterator[tuple[Valued, Mapping[str, str]]]:
    """Each of `edits` with what the names in its value stand for; without those whose day is not known."""
    for each in edits:
        known = release.values(each.on)
        if names(each.value) <= known.keys():
            yield each, known


def pinned(pins: Iterable[tuple[ConfiguredPin | OperatorPin, Mapping[str, str]]]) -> tuple[Words, ...]:
    """The pins, each with its value filled in from what is known of it."""
    return tuple((pin.file, pin.pattern, filled(pin.value, known)) for pin, known in pins)


def set_by_name(parameters: Iterable[tuple[ConfiguredParameter, Mapping[str, str]]]) -> tuple[Words, ...]:
    """The parameters, filled in the same way."""
    return tuple((each.files, each.name, filled(each.value, known)) for each, known in parameters)


def escaped(text: str) -> str:
    """A readable pattern for exactly `text`: re.escape would also escape hyphens and slashes."""
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)


def rules(release: Release, groups: Iterable[Images], tag: str) -> tuple[str, ...]:
    """A rule for each of the `groups`."""
    return tuple(rule(release, group.pattern, tag) for group in groups)


def _setting(release: Release, sh: StepShell, revision: str, name: str, files: str) -> list[str]:
    """The paths at `revision` that match the glob `files` and contain `name`."""
    # A plain pathspec has the rules of these globs: * crosses folders, and a folder names everything in it.
    search = release.origin(sh).git[*GREP, "-l", "-e", name, revision, "--", files]
    return release.origin(sh).paths_found(search, revision)
