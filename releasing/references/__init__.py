"""Where a tree refers to images that a release names, and the tree with those at the release's tags.

An image is selected by its name as written, never by its old tag: third-party images carry tags like ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from releasing.errors import PreconditionError
from releasing.references.edits import Edit, Finding, Kept, apply, disjoint, line_of
from releasing.references.forms import is_templated
from releasing.references.mentions import image_findings, mention_search, namesake_search, namesakes
from releasing.references.parameters import parameter_findings, pin_edits, pin_holds
from releasing.references.protected_paths import is_base
from releasing.references.report import Change, Fault, Left, Report, Rewrite
from releasing.references.rules import Pin, Rules, claimed


@dataclass(frozen=True)
class Source:
    """A file that was read, and what was found in it."""

    path: str
    content: bytes
    edits: tuple[Edit, ...]
    kept: tuple[Kept, ...]

    @property
    def subjects(self) -> set[str]:
        """The images and parameters that the findings are about."""
        return {edit.subject for edit in self.edits} | {kept.subject for kept in self.kept}


def survey(files: Iterable[tuple[str, bytes]], rules: Rules) -> Report:
    """What the rules would change in `files` (path and content) and what stays; reads and writes nothing.

    Raises one PreconditionError for all pins that would not hold, UsageError for rules at odds.
    """
    search = mention_search(rules.images)
    sources = [_source(path, content, rules, search) for path, content in files if rules.reads(path)]
    rewrites = [_rewrite(source) for source in sources]
    _require_pins(rewrites, rules.pins)
    changed = tuple(rewrite for rewrite in rewrites if rewrite.before != rewrite.after)
    faults = _faults(changed)
    return Report(
        rewrites=changed,
        left=tuple(_left(sources, rules)),
        held=sum(rewrite.held for rewrite in rewrites),
        unfound=tuple(_unfound(sources, rules)),
        broken=tuple(old for old, _ in faults if old),
        refused=tuple(found for old, found in faults if not old),
    )


def _source(path: str, content: bytes, rules: Rules, search: re.Pattern[bytes]) -> Source:
    found: list[Finding] = []
    if rules.selects(path):
        asked = [parameter for parameter in rules.parameters if parameter.covers(path)]
        found += [finding for parameter in asked for finding in parameter_findings(path, content, parameter)]
        found += image_findings(path, content, rules.images, search)
    edits: list[Edit] = pin_edits(path, content, rules.pins)
    kept: list[Kept] = []
    for finding in found:
        if reason := _protection(path, content, finding.start, rules):
            kept += _protected(finding, reason)
        elif isinstance(finding, Edit):
            edits.append(finding)
        else:
            kept.append(finding)
    return Source(path, content, tuple(disjoint(edits)), tuple(kept))


def _protection(path: str, content: bytes, start: int, rules: Rules) -> str:
    if b"\0" in content:
        return "binary file"
    if not rules.lifts(path) and is_base(path, content, start):
        return "base of a Dockerfile"
    return rules.protects(path)


def _protected(finding: Finding, reason: str) -> list[Kept]:
    """What a protected file's finding comes to: only places at another tag are worth a line."""
    if isinstance(finding, Edit):
        stale, written = finding.before != finding.after, finding.before
    else:
        stale, written = finding.stale, finding.written
    return [Kept(finding.start, written, reason, stale, "")] if stale else []


def _rewrite(source: Source) -> Rewrite:
    changes = tuple(
        Change(source.path, line_of(source.content, edit.start), edit.before, edit.after)
        for edit in source.edits
        if edit.text != source.content[edit.start : edit.end]
    )
    after = apply(source.content, source.edits) if changes else source.content
    return Rewrite(source.path, source.content, after, changes, len(source.edits) - len(changes))


def _faults(rewrites: Sequence[Rewrite]) -> list[tuple[Fault | None, Fault]]:
    """For each rewrite that does not parse: its fault before, if it had one, and after."""
    if not rewrites:
        return []
    from releasing.references.file_syntax import fault  # noqa: PLC0415  (parsers load slowly; most runs change nothing)

    broken = [(rewrite, found) for rewrite in rewrites if (found := fault(rewrite.path, rewrite.after))]
    return [(fault(rewrite.path, rewrite.before), found) for rewrite, found in broken]


def _require_pins(rewrites: Sequence[Rewrite], pins: Sequence[Pin]) -> None:
    by_path = {rewrite.path: rewrite for rewrite in rewrites}
    problems = [problem for pin in pins if (problem := _pin_problem(by_path.get(pin.path), pin))]
    if problems:
        raise PreconditionError(
            "\n".join(problems),
            'a pattern has to match the old value and the new one, for example kubeflow/tf-operator@([^;"]+)',
        )


def _pin_problem(rewrite: Rewrite | None, pin: Pin) -> str:
    if rewrite is None:
        return f"{pin}: there is no such tracked file"
    if not pin.pattern.search(rewrite.before):
        return f"{pin}: the pattern matches nothing"
    if not pin_holds(rewrite.after, pin):
        return f"{pin}: would not read {pin.value!r} everywhere afterwards"
    return ""


def _left(sources: Sequence[Source], rules: Rules) -> Iterable[Left]:
    last_names = _last_names(sources, rules)
    search = namesake_search(last_names)
    for source in sorted(sources, key=lambda source: source.path):
        kept = list(source.kept)
        if last_names and rules.selects(source.path) and not rules.protects(source.path):
            kept += namesakes(source.content, last_names, rules.images, search)
        for each in sorted(kept, key=lambda each: each.start):
            line = line_of(source.content, each.start)
            yield Left(source.path, line, each.written, each.reason, each.stale)


def _last_names(sources: Sequence[Source], rules: Rules) -> dict[str, str]:
    """Each released image's last name and its tag, as far as the sources mention it."""
    tags = {}
    for name in set().union(*(source.subjects for source in sources)):
        last = name.rpartition("/")[2]
        if (rule := claimed(name, rules.images)) and not is_templated(last):
            tags[last] = rule.tag
    return tags


def _unfound(sources: Sequence[Source], rules: Rules) -> Iterable[str]:
    subjects = set().union(*(source.subjects for source in sources))
    for image in rules.images:
        if not any(image.name.fullmatch(subject.encode()) for subject in subjects):
            yield f"an image {image.name.pattern.decode()}"
    yield from (str(parameter) for parameter in rules.parameters if str(parameter) not in subjects)
