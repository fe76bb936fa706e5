"""The result of the findings in all files: what is rewritten, what is left, and what would be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from releasing.errors import PreconditionError
from releasing.references.edits import apply, lines_of
from releasing.references.mentions import namesake_search, namesakes
from releasing.references.parameters import needs_quotes, pin_holds
from releasing.references.report import FileChange, Left, ReferenceReport, Rewrite, SyntaxFault
from releasing.references.rules import Pin, Rules
from releasing.references.sources import Source, last_names
from releasing.shell.text.plain_scalars import quoted


def report_on(found: Sequence[Source], rules: Rules) -> ReferenceReport:
    """The report on the sources. Raises one PreconditionError for all pins that would not read their value."""
    rewrites = [_rewrite(source) for source in found]
    _require_pins(rewrites, rules.pins)
    changed = tuple(rewrite for rewrite in rewrites if rewrite.before != rewrite.after)
    faults = _faults(changed)
    return ReferenceReport(
        rewrites=changed,
        left=tuple(_left(found, rules)),
        held=sum(rewrite.held for rewrite in rewrites),
        unfound=tuple(_unfound(found, rules)),
        absent=tuple(_absent(rewrites, rules.pins)),
        broken=tuple(old for old, _ in faults if old),
        refused=tuple(after for old, after in faults if not old),
    )


def _rewrite(source: Source) -> Rewrite:
    edits = [edit for edit in source.edits if edit.text != source.content[edit.start : edit.end]]
    lines = lines_of(source.content, [edit.start for edit in edits])
    changes = tuple(FileChange(source.path, lines[edit.start], edit.before, edit.after) for edit in edits)
    after = apply(source.content, edits) if edits else source.content
    return Rewrite(source.path, source.content, after, changes, len(source.edits) - len(changes))


def _faults(rewrites: Sequence[Rewrite]) -> list[tuple[SyntaxFault | None, SyntaxFault]]:
    """For each rewrite that does not parse: its syntax error before the rewrite, if any, and after."""
    if not rewrites:
        return []
    from releasing.references.file_syntax import faults  # noqa: PLC0415  (parsers load slowly; most runs change nothing)

    after = faults((rewrite.path, rewrite.after) for rewrite in rewrites)
    before = faults((rewrite.path, rewrite.before) for rewrite in rewrites if rewrite.path in after)
    return [(before.get(path), found) for path, found in after.items()]


def _require_pins(rewrites: Sequence[Rewrite], pins: Sequence[Pin]) -> None:
    by_path = {rewrite.path: rewrite for rewrite in rewrites}
    missing = {*_absent(rewrites, pins)}
    asked = [pin for pin in pins if str(pin) not in missing]
    problems = [problem for pin in asked if (problem := _pin_problem(by_path.get(pin.path), pin))]
    if problems:
        raise PreconditionError(
            "\n".join(problems),
            "correct or remove it (pins in release.yaml); a pattern has to match the old value and the new one, for "
            'example kubeflow/tf-operator@([^;"]+)',
        )


def _absent(rewrites: Sequence[Rewrite], pins: Sequence[Pin]) -> list[str]:
    """The pins whose file is absent and may be."""
    there = {rewrite.path for rewrite in rewrites}
    return [str(pin) for pin in pins if pin.if_present and pin.path not in there]


def _pin_problem(rewrite: Rewrite | None, pin: Pin) -> str:
    if rewrite is None:
        return f"{pin}: no such tracked file"
    if not pin.pattern.search(rewrite.before):
        return f"{pin}: the pattern matches nothing"
    if not pin_holds(rewrite.after, pin):
        quotes = f": YAML needs {quoted(pin.value)} in quotes" if needs_quotes(pin) else ""
        return f"{pin}: would not read {pin.value!r} everywhere afterwards{quotes}"
    return ""


def _left(found: Sequence[Source], rules: Rules) -> Iterable[Left]:
    names = last_names(found, rules)
    search = namesake_search(names)
    for source in sorted(found, key=lambda source: source.path):
        kept = list(source.kept)
        if names and rules.selects(source.path) and not rules.protects(source.path):
            kept += namesakes(source.path, source.content, names, rules.images, search)
        kept.sort(key=lambda each: each.start)
        lines = lines_of(source.content, [each.start for each in kept])
        for each in kept:
            yield Left(source.path, lines[each.start], each.written, each.reason, each.stale)


def _unfound(found: Sequence[Source], rules: Rules) -> Iterable[str]:
    subjects = set().union(*(source.subjects for source in found))
    for image in rules.images:
        if not any(image.name.fullmatch(subject.encode()) for subject in subjects):
            yield f"an image {image.name.pattern.decode()}"
    yield from (str(parameter) for parameter in rules.parameters if str(parameter) not in subjects)
