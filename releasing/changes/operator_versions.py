"""The release of an operator to use: as named, as in release.yaml, or the newest on GitHub.

A release that is not in release.yaml is recorded before it is used, and never changes afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from releasing.changes import operators
from releasing.changes.operators import NamedOperator
from releasing.clients.github import api
from releasing.config.build_sections import NEWEST
from releasing.config.value_forms import IMAGE_TAG
from releasing.errors import CommandError, PreconditionError, UsageError
from releasing.runbook.choice import Choice
from releasing.runbook.journal import Journal
from releasing.version import finals

if TYPE_CHECKING:
    from releasing.config.release_yaml import Operator
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

RELEASED = ".[] | select((.draft or .prerelease) | not) | .tag_name"


def settled(release: Release, sh: StepShell, named: Mapping[str, str]) -> Release:
    """`release` with a fixed release of each operator; `named` are those that the release manager named.

    Raises UsageError for an invalid name and for an unknown operator; PreconditionError for a release that does not
    exist, or differs from the recorded one.
    """
    found, pins = {}, []
    for name in _bumped(release, named):
        operator = release.config.operators[name]
        used = _used(release, sh, name, operator, named.get(name, ""))
        found[name] = operator.model_copy(update={"release": used})
        if named.get(name) or operator.release == NEWEST:
            pins.append((name, used))
    config = release.config
    return replace(
        release,
        config=config.model_copy(update={"operators": {**config.operators, **found}}),
        pins=(*pins,),
    )


def record(release: Release, journal: Journal) -> None:
    """Record the releases of operators that release.yaml does not fix, so that a resumed run uses the same ones."""
    for name, used in release.pins:
        step = NamedOperator(name, release.config.operators[name]).step
        journal.choose(step, _choice(name), partial(str, used))


def newest(sh: StepShell, slug: str) -> str:
    """The git tag of the newest release of the repository `slug` that is neither a draft nor a pre-release.

    The highest version counts; without a tag that is a version, the first that GitHub lists. Raises PreconditionError
    without any release.
    """
    path = f"repos/{slug}/releases?per_page=100"
    try:
        tags = sh.read(api.question(path, RELEASED, pages=True)).split()
    except CommandError as error:
        if not error.started:
            raise
        raise PreconditionError(
            f"the releases of {slug} cannot be read: {error.cause}", _named(slug)
        ) from None
    if not tags:
        raise PreconditionError(
            f"{slug} has no release that is neither a draft nor a pre-release", _named(slug)
        )
    versions = finals(tags)
    return versions[-1].tag if versions else tags[0]


def _bumped(release: Release, named: Mapping[str, str]) -> Iterator[str]:
    """The names of the project's operators; raises UsageError for a named one that is not among them."""
    for name in named:
        if named[name] and name not in release.config.operators:
            raise UsageError(f"--{name}: release.yaml has no operators.{name}", f"leave out --{name}")
    yield from release.config.operators


def _used(release: Release, sh: StepShell, name: str, operator: Operator, named: str) -> str:
    known = _recorded(release, sh, name)
    if named and not re.fullmatch(IMAGE_TAG, named):
        raise UsageError(f"--{name} {named}: expected a release of {operator.repository}", f"--{name} v0.2.0")
    if named and known and named != known:
        raise PreconditionError(
            f"{release.tag} uses {operator.repository} {known}, not {named}",
            f"leave --{name} out to continue with it; to use another release, tag this candidate first",
        )
    if known:
        return known
    if named:
        problem = operators.problem(release, sh, operator.model_copy(update={"release": named}))
        if problem:
            raise PreconditionError(problem, f"name a release of it: --{name} TAG")
        return named
    if operator.release != NEWEST:
        return operator.release
    return _in_files(release, sh, name, operator) or _newest(sh, name, operator)


def _newest(sh: StepShell, name: str, operator: Operator) -> str:
    found = newest(sh, operator.repository)
    sh.say(f"# {name}: {operator.repository} {found}, its newest release")
    return found


def _recorded(release: Release, sh: StepShell, name: str) -> str | None:
    """The recorded value of this release, or of the candidate that a final follows."""
    candidate = release.state / "releases" / release.candidate.tag / "journal.jsonl"
    recorded = sh.chosen(_choice(name))
    return recorded or (Journal(candidate).chosen(_choice(name)) if release.final else None)


def _in_files(release: Release, sh: StepShell, name: str, operator: Operator) -> str | None:
    """The tag of the operator's image in the candidate, or else in the change that bumps it; None before both."""
    from releasing.changes.image_mentions import mentions  # noqa: PLC0415 - only where nothing is recorded

    image = f"{release.config.registry}/{operator.image}"
    for revision in (
        f"refs/tags/{release.candidate.tag}",
        f"origin/{release.head(NamedOperator(name, operator).step)}",
    ):
        if not release.origin(sh).has(revision):
            continue
        files = release.origin(sh).files_naming(revision, (operator.image,))
        tags = Counter(each.tag for each in mentions(release, files) if each.image == image and each.tag)
        if tags:
            return tags.most_common(1)[0][0]
    return None


def _choice(name: str) -> Choice:
    return Choice(f"{name} release")


def _named(slug: str) -> str:
    return f"name a release on the command line or in release.yaml; see https://github.com/{slug}/releases"
