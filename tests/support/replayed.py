"""A commit's image updates made again by our survey, line by line beside what people made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from releasing.changes.reference_edit import escaped
from releasing.references import examine
from releasing.references.forms.dockerfile import is_base
from releasing.references.protected_paths import protection
from releasing.references.report import ReferenceReport
from releasing.references.rules import Rules
from tests.support.committed import File, Line, Repository
from tests.support.tag_moves import Move, with_moves

SAME, MORE = "as people have it", "as people have it, but for the rest of the line"
MISSED, LEFT = "(a) missed", "(a) left and reported"
OTHER, FORGOTTEN = "(b) changed otherwise", "(c) forgotten by people"
FORM = "people changed the form"
CLASSES = (SAME, MORE, LEFT, MISSED, OTHER, FORM, FORGOTTEN)
_FILES = {
    "jsonnet": "jsonnet",
    "libsonnet": "jsonnet",
    "yaml": "YAML",
    "yml": "YAML",
    "py": "Python",
    "go": "Go or TypeScript",
    "ts": "Go or TypeScript",
    "tsx": "Go or TypeScript",
    "json": "JSON",
    "sh": "shell",
    "md": "Markdown",
    "Makefile": "a Makefile",
    "Dockerfile": "a Dockerfile",
}


@dataclass(frozen=True)
class Outcome:
    """What became of one line: what stands on it and where, the class, and how it read and reads."""

    kind: str
    outcome: str
    where: str
    before: str
    people: str
    ours: str
    reason: str = ""
    protected: str = ""

    def __str__(self) -> str:
        lines = {"was   ": self.before, "people": self.people, "ours  ": self.ours}
        shown = [f"    {who} {_readable(line)}" for who, line in lines.items()]
        because = f" [{self.reason}]" if self.reason else ""
        return "\n".join([f"{self.outcome}{because}: {self.where}", *shown])


def replayed(
    repository: Repository, commits: Iterable[tuple[str, str]], ours: re.Pattern[str]
) -> list[Outcome]:
    """Every outcome of these commits (each with its parent), for images whose name `ours` matches in full."""
    found: list[Outcome] = []
    for commit, parent in commits:
        for file in repository.files(parent, commit):
            lines = [line for line in file.lines if any(ours.fullmatch(move.name) for move in line.moves)]
            found += _file_outcomes(f"{commit[:10]} {file.path}", file, lines)
    return found


def rules_for(path: str, moves: Iterable[Move]) -> Rules:
    """What people did in one file, as our rules: for that file only, be it protected or not."""
    tags: dict[str, str] = {}
    digests: dict[str, str] = {}
    pins, parameters = {}, {}
    for move in moves:
        if move.kind in {"tag", "newTag"}:
            tags[move.name] = move.new
        elif move.kind == "digest":
            digests[move.name] = f"@sha256:{move.new}"
        elif move.kind == "ref":
            pins[move.name] = (path, rf"(?<![\w.-]){escaped(move.name)}@([\w.-]*\w)", move.new)
        else:
            parameters[move.name] = (path, move.name, move.new)
    # A digest that moved without a tag stands alone: any tag will do.
    images = [f"{escaped(name)}:{tags.get(name, 'any')}{digests.get(name, '')}" for name in tags | digests]
    return Rules.parse(images, pins.values(), parameters.values(), only=[path], also=[path])


def _file_outcomes(place: str, file: File, lines: Sequence[Line]) -> Iterator[Outcome]:
    for group in _groups(lines):
        rules = rules_for(file.path, (move for line in group for move in line.literal))
        report = examine([(file.path, file.before.encode("latin-1"))], rules)
        after = report.rewrites[0].after.decode("latin-1") if report.rewrites else file.before
        rows = after.split("\n")
        yield from (_line_outcome(place, file, line, report, rows) for line in group)
        yield from _forgotten(place, file, group[0], rows)
    for line in lines:
        if not line.literal:
            yield Outcome(_kind(file.path, line), FORM, f"{place}:{line.number}", line.before, line.after, "")


def _groups(lines: Iterable[Line]) -> list[list[Line]]:
    """The lines in groups that give every name one tag: people may move one image to several."""
    groups: list[tuple[dict[tuple[str, str], str], list[Line]]] = []
    for line in (line for line in lines if line.literal):
        wanted = {(move.kind, move.name): move.new for move in line.literal}
        fitting = (one for one in groups if all(one[0].get(key, tag) == tag for key, tag in wanted.items()))
        given, group = next(fitting, ({}, []))
        if not group:
            groups.append((given, group))
        given.update(wanted)
        group.append(line)
    return [group for _, group in groups]


def _line_outcome(
    place: str, file: File, line: Line, report: ReferenceReport, ours: Sequence[str]
) -> Outcome:
    got, wanted = ours[line.number - 1], with_moves(line.before, line.literal)
    reason = "; ".join(left.reason for left in report.left if left.line == line.number)
    if got == wanted:
        outcome = SAME if wanted == line.after else MORE
    elif got == line.before or any(got == with_moves(line.before, [move]) for move in line.literal):
        outcome = LEFT if reason else MISSED
    else:
        outcome = OTHER
    start = sum(len(row) + 1 for row in file.before.split("\n")[: line.number - 1])
    name = start + max(line.before.find(line.literal[0].name), 0)
    base = "base of a Dockerfile" if is_base(file.path, file.before.encode("latin-1"), name) else ""
    return Outcome(
        _kind(file.path, line),
        outcome,
        f"{place}:{line.number}",
        line.before,
        line.after,
        got,
        reason,
        protection(file.path) or base,
    )


def _forgotten(place: str, file: File, line: Line, ours: Sequence[str]) -> Iterator[Outcome]:
    """What we change in the file beside the lines that people changed."""
    for number, (before, after) in enumerate(zip(file.before.split("\n"), ours, strict=True), 1):
        if before != after and number not in file.changed:
            yield Outcome(_kind(file.path, line), FORGOTTEN, f"{place}:{number}", before, before, after)


def _kind(path: str, line: Line) -> str:
    what = line.moves[0].kind
    if re.search(r"@(optionalP|p)aram", line.before):
        return f"{what} in a prototype's comment"
    name = path.rpartition("/")[2]
    return f"{what} in {_FILES.get(name.rpartition('.')[2] if '.' in name else name, 'other files')}"


def _readable(line: str) -> str:
    return line.encode("latin-1").decode(errors="replace").strip()
