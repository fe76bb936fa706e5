"""Values that release.yaml sets in files of the tagged tree, and operators that are checked out at HEAD."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from releasing.changes import prototypes
from releasing.references.edits import Edit, line_of
from releasing.references.parameters import parameter_findings
from releasing.references.protected_paths import protection
from releasing.references.rules import Parameter
from releasing.verification.claim import Claim, counted, judged

if TYPE_CHECKING:
    from releasing.changes.reference_edit import Words
    from releasing.verification.tagged import Tagged


def claims(it: Tagged) -> Iterator[Claim]:
    """Every pin and parameter reads its value; no operator is taken as it happens to be."""
    edit = prototypes.edit(it.release)
    absent = sorted({file for file, _, _ in edit.pins_if_present if it.content(file) is None})
    pins = [*edit.pins, *(pin for pin in edit.pins_if_present if pin[0] not in absent)]
    if count := len(pins) + len(edit.parameters):
        wrong = [line for pin in pins for line in _off_pin(it, pin)]
        wrong += [line for each in edit.parameters for line in _off_parameter(it, Parameter.of(*each))]
        without = f"; without {', '.join(absent)}" if absent else ""
        yield judged(
            "pins",
            wrong,
            f"{counted(count, 'value')} as release.yaml says{without}",
            f"{counted(len(wrong), 'place')} with another value{without}",
        )
    yield from _heads(it)


def _off_pin(it: Tagged, pin: Words) -> Iterator[str]:
    file, pattern, value = pin
    content = it.content(file)
    found = [*re.finditer(pattern.encode(), content or b"", re.MULTILINE)]
    if not found:
        yield f"{file} is not there" if content is None else f"{file}: nothing matches {pattern}"
    for each in found:
        if content and (read := (each[1] or b"").decode(errors="replace")) != value:
            yield f"{file}:{line_of(content, each.start(1))}: {read}, not {value}"


def _off_parameter(it: Tagged, parameter: Parameter) -> Iterator[str]:
    left_alone = it.is_left_alone
    places = [
        (path, content, finding)
        for path, content in it.files
        if parameter.covers(path) and not protection(path) and not left_alone(path)
        for finding in parameter_findings(path, content, parameter)
    ]
    if not places:
        yield f"nothing sets {parameter}"
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
        for path, content in it.files
        if not (path.endswith(".md") or protection(path))
        for found in search.finditer(content)
    ]
    yield judged(
        "operators", places, "none is checked out at HEAD", f"{counted(len(places), 'checkout')} at HEAD"
    )
