"""A commit's image updates made again on the whole tree, beside what people made, and what is wrong with it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from releasing.changes.reference_edit import escaped
from releasing.references import examine
from releasing.references.file_syntax import fault
from releasing.references.report import ReferenceReport
from releasing.references.rules import ImageRule, Rules
from tests.support.committed import File, Repository
from tests.support.tag_moves import moves

# Written again here, so that a mistake in our own list shows.
_COPIES = re.compile(
    r"(.*/)?((vendor|lib|node_modules|\.metadata)/.*|[^/]*(swagger|\.lock|-lock\.|\.sum)[^/]*)"
)
_RECORDS = re.compile(
    r"(.*/)?((tests?|testdata|test_data|fixtures)/.*|changelog[^/]*|image_tags\.yaml|hack/retag_.*"
    r"|[^/]*(_test\.|-mock\.|\.spec\.)[^/]*)",
    re.IGNORECASE,
)
Place = tuple[str, int]


@dataclass(frozen=True)
class Update:
    """What an update does to a tree of `files` files, and what people did: their lines, and all they touched."""

    tags: Mapping[str, str]
    files: int
    report: ReferenceReport
    people: Mapping[Place, str]
    touched: frozenset[Place]
    problems: tuple[str, ...]

    @property
    def not_ours(self) -> list[str]:
        """Lines that people changed and we leave, each with our reason."""
        ours = {(change.path, change.line) for change in self.report.changes}
        reasons = {(left.path, left.line): left.reason for left in self.report.left}
        places = sorted(self.people.keys() - ours)
        return [f"{path}:{line}: {reasons.get((path, line), '?')}" for path, line in places]

    @property
    def forgotten(self) -> list[str]:
        """Places that we change and people did not touch."""
        changes = self.report.changes
        return [
            f"{change.path}:{change.line}: {change.before} -> {change.after}"
            for change in changes
            if (change.path, change.line) not in self.touched
        ]

    def __str__(self) -> str:
        tags = ", ".join(tag for tag, _ in Counter(self.tags.values()).most_common(2))
        changed = (
            f"{len(self.report.changes)} places changed in {len(self.report.rewrites)} of {self.files} files"
        )
        lines = [f"{len(self.tags)} images to {tags}: {changed}, {len(self.problems)} wrong"]
        if self.people:
            lines.append(
                f"  people changed {len(self.people)}, we leave {len(self.not_ours)} of these; "
                f"people forgot {len(self.forgotten)}"
            )
        for stale, title in ((True, "still at another tag"), (False, "left")):
            counts = Counter(left.reason for left in self.report.left if left.stale == stale)
            lines += [f"  {title}: {count} ({reason})" for reason, count in counts.items()]
        lines += [f"  wrong: {each}" for each in self.problems]
        lines += [f"  people did, we leave: {each}" for each in self.not_ours]
        return "\n".join([*lines, *(f"  people forgot: {each}" for each in self.forgotten if self.people)])


def updated(repository: Repository, commit: str, parent: str, ours: re.Pattern[str]) -> Update | None:
    """The update of every image whose name `ours` matches in full; None when the commit moves none."""
    files = repository.files(parent, commit)
    tags = _tags(files, ours)
    if not tags:
        return None
    rules = Rules.parse(f"{escaped(name)}:{tag}" for name, tag in tags.items())
    update = _made(repository, parent, rules, tags)
    touched = frozenset((file.path, number) for file in files for number in file.changed)
    return replace(update, people=dict(_by_people(files, tags)), touched=touched)


def brought(repository: Repository, commit: str, image: str) -> Update:
    """What brings the tree at `commit` to `image` (NAME_REGEX:TAG), as a release does."""
    rule = ImageRule.parse(image)
    search = re.compile(rb"(?<![\w./@-])(?:" + rule.name.pattern + rb")(?=[:@])")
    names = {
        hit[0].decode("latin-1")
        for path, text in repository.tree(commit).items()
        if not _COPIES.fullmatch(path)
        for hit in search.finditer(text.encode("latin-1"))
    }
    return _made(repository, commit, Rules.parse([image]), dict.fromkeys(sorted(names), rule.tag))


def _made(repository: Repository, commit: str, rules: Rules, tags: Mapping[str, str]) -> Update:
    before = {path: text.encode("latin-1") for path, text in repository.tree(commit).items()}
    report = examine(before.items(), rules)
    after = before | {rewrite.path: rewrite.after for rewrite in report.rewrites}
    again = [f"{rewrite.path}: changes again" for rewrite in examine(after.items(), rules).rewrites]
    problems = (*_problems(report, tags), *_unreported(report, tags, after), *again)
    return Update(tags, len(before), report, {}, frozenset(), problems)


def _tags(files: Iterable[File], ours: re.Pattern[str]) -> dict[str, str]:
    """Each image's new tag: the one that most of its places got."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for move in (move for file in files for line in file.lines for move in line.literal):
        if move.kind in {"tag", "newTag"} and ours.fullmatch(move.name):
            found[move.name][move.new] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in found.items()}


def _by_people(files: Iterable[File], tags: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    for file in files:
        for line in file.lines:
            if any(tags.get(move.name) == move.new for move in line.literal):
                yield (file.path, line.number), line.after


def _problems(report: ReferenceReport, tags: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{found}: does not parse any more" for found in report.refused)
    for rewrite in report.rewrites:
        if _COPIES.fullmatch(rewrite.path) or _RECORDS.fullmatch(rewrite.path):
            yield f"{rewrite.path}: is not ours to change"
        if fault(rewrite.path, rewrite.after) != fault(rewrite.path, rewrite.before):
            yield f"{rewrite.path}: parses differently"
        rows = (content.decode("latin-1").split("\n") for content in (rewrite.before, rewrite.after))
        for number, (old, new) in enumerate(zip(*rows, strict=True), 1):
            if old != new and not _is_update(old, new, tags):
                yield f"{rewrite.path}:{number}: {old.strip()} -> {new.strip()}"


def _is_update(old: str, new: str, tags: Mapping[str, str]) -> bool:
    """Whether the lines differ in tags of these images only, and not in a Dockerfile's base."""
    found = list(moves(old, new))
    named = all(move.kind == "newTag" or tags.get(move.name) == move.new for move in found)
    return bool(found) and named and not re.match(r"\s*FROM\s", old)


def _unreported(
    report: ReferenceReport, tags: Mapping[str, str], after: Mapping[str, bytes]
) -> Iterator[str]:
    """References to the images that are neither at their tag nor in the report."""
    known = {(left.path, left.line) for left in report.left}
    names = b"|".join(re.escape(name.encode("latin-1")) for name in sorted(tags, key=len, reverse=True))
    search = re.compile(rb"(?<![\w./-])(" + names + rb")(?::([\w.-]*\w)|@)")
    for path, content in after.items():
        for hit in () if _COPIES.fullmatch(path) else search.finditer(content):
            line = content.count(b"\n", 0, hit.start()) + 1
            if (hit[2] or b"").decode() != tags[hit[1].decode("latin-1")] and (path, line) not in known:
                yield f"{path}:{line}: {hit[0].decode()}: neither changed nor reported"
