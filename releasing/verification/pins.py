"""Values that release.yaml sets in files of the tagged tree, and operators that are checked out at HEAD."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from releasing.changes import prototypes
from releasing.references.edits import Edit, line_of
from releasing.references.parameters import parameter_findings
from releasing.references.protected_paths import protection
from releasing.references.rules import Parameter, Pin, Rules
from releasing.verification.claim import Claim, counted, judged

if TYPE_CHECKING:
    from releasing.verification.tagged import Tagged


def claims(it: Tagged) -> Iterator[Claim]:
    """Every pin and parameter reads its value; no operator is checked out at HEAD."""
    edit = prototypes.edit(it.release)
    # A project that has only operators has no pins.
    rules = edit.rules if edit.pins or edit.pins_if_present or edit.parameters else Rules()
    absent = sorted({pin.path for pin in rules.pins if pin.if_present and it.content(pin.path) is None})
    pins = [pin for pin in rules.pins if pin.path not in absent]
    if count := len(pins) + len(rules.parameters):
        wrong = [line for pin in pins for line in _off_pin(it, pin)]
        wrong += [line for each in rules.parameters for line in _off_parameter(it, each)]
        without = f"; absent files: {', '.join(absent)}" if absent else ""
        yield judged(
            "pins",
            wrong,
            f"{counted(count, 'value')} as release.yaml says{without}",
            f"{counted(len(wrong), 'place')} with another value{without}",
        )
    yield from _heads(it)


def candidates_own(it: Tagged, path: str, content: bytes) -> list[tuple[int, int]]:
    """Where `content` has values that release.yaml sets `on: candidate`, from and to: a final keeps them."""
    own = prototypes.edit(it.release, of=("candidate",))
    if not (own.pins or own.pins_if_present or own.parameters):
        return []
    pins = [pin for pin in own.rules.pins if pin.path == path]
    spans = [found.span(1) for pin in pins for found in pin.pattern.finditer(content)]
    asked = [each for each in own.rules.parameters if each.covers(path)]
    edits = [each for parameter in asked for each in parameter_findings(path, content, parameter)]
    return spans + [(each.start, each.end) for each in edits if isinstance(each, Edit)]


def _off_pin(it: Tagged, pin: Pin) -> Iterator[str]:
    content = it.content(pin.path)
    found = [*pin.pattern.finditer(content or b"")]
    if not found:
        pattern = pin.pattern.pattern.decode()
        yield f"{pin.path} does not exist" if content is None else f"{pin.path}: no line matches {pattern}"
    for each in found:
        if content and (read := (each[1] or b"").decode(errors="replace")) != pin.value:
            yield f"{pin.path}:{line_of(content, each.start(1))}: {read}, not {pin.value}"


def _off_parameter(it: Tagged, parameter: Parameter) -> Iterator[str]:
    left_alone = it.is_left_alone
    places = [
        (path, content, finding)
        for path, content in it.files
        if parameter.covers(path) and not protection(path) and not left_alone(path)
        for finding in parameter_findings(path, content, parameter)
    ]
    if not places:
        yield f"no file sets {parameter}"
    for path, content, finding in places:
        if isinstance(finding, Edit) and finding.before != finding.after:
            yield f"{path}:{line_of(content, finding.start)}: {finding.before}, not {parameter.value}"


def _heads(it: Tagged) -> Iterator[Claim]:
    slugs = [each.repository for each in it.release.config.operators.values()]
    if not slugs:
        return
    search = re.compile(rb"(?:%s)@HEAD\b" % b"|".join(re.escape(slug.encode()) for slug in slugs))
    places = [
        f"{path}:{line_of(content, found.start())}: {found[0].decode()}"
        for path, content in it.judged_files
        if not (path.endswith(".md") or protection(path))
        for found in search.finditer(content)
    ]
    yield judged(
        "operators",
        places,
        "no operator is checked out at HEAD",
        f"{counted(len(places), 'checkout')} at HEAD",
    )
