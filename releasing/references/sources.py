"""Each file as the rules see it: what changes in it, and what stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from releasing.references.edits import Edit, Finding, Kept, disjoint
from releasing.references.mentions import image_findings, mention_search
from releasing.references.parameters import parameter_findings, pin_edits
from releasing.references.rules import Rules, claimed
from releasing.references.templates import is_templated

BINARY = "binary file"
BASE = "base of a Dockerfile"


@dataclass(frozen=True)
class Source:
    """A file that was read, and its findings."""

    path: str
    content: bytes
    edits: tuple[Edit, ...]
    kept: tuple[Kept, ...]

    @property
    def subjects(self) -> set[str]:
        """The images and parameters that the findings are about."""
        return {edit.subject for edit in self.edits} | {kept.subject for kept in self.kept}


def sources(files: Iterable[tuple[str, bytes]], rules: Rules) -> list[Source]:
    """The relevant files, with what the rules find there. Raises UsageError for contradicting rules."""
    search = mention_search(rules.images)
    read = []
    for path, content in files:
        if rules.reads(path):
            found: list[Finding] = []
            if rules.selects(path):
                asked = [parameter for parameter in rules.parameters if parameter.covers(path)]
                found += [
                    each for parameter in asked for each in parameter_findings(path, content, parameter)
                ]
                found += image_findings(path, content, rules.images, search)
            read.append(_source(path, content, found, rules))
    return read


def last_names(found: Sequence[Source], rules: Rules) -> dict[str, str]:
    """Each released image's last name and its tag, if the sources mention it."""
    tags = {}
    for name in set().union(*(source.subjects for source in found)):
        last = name.rpartition("/")[2]
        if (rule := claimed(name, rules.images)) and not is_templated(last):
            tags[last] = rule.tag
    return tags


def _source(path: str, content: bytes, found: Sequence[Finding], rules: Rules) -> Source:
    edits: list[Edit] = pin_edits(path, content, rules.pins)
    kept: list[Kept] = []
    protected = _protection(path, content, rules) if found else ""
    bases_stay = protected != BINARY and not rules.lifts(path)
    for finding in found:
        reason = BASE if bases_stay and finding.base else protected
        if reason:
            kept += _protected(finding, reason)
        elif isinstance(finding, Edit):
            edits.append(finding)
        else:
            kept.append(finding)
    return Source(path, content, tuple(disjoint(edits)), tuple(kept))


def _protection(path: str, content: bytes, rules: Rules) -> str:
    return BINARY if b"\0" in content else rules.protects(path)


def _protected(finding: Finding, reason: str) -> list[Kept]:
    """The finding in a protected file: only places at another tag are reported."""
    if isinstance(finding, Edit):
        stale, written = finding.before != finding.after, finding.before
    else:
        stale, written = finding.stale, finding.written
    return [Kept(finding.start, written, reason, stale, "")] if stale else []
