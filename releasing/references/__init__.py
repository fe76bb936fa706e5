"""Where a tree refers to images that a release names, and the tree with those references at the release's tags.

An image is selected by its name as written, never by its old tag: third-party images have similar tags.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.references.required_words import required_words
from releasing.references.tracked_files import Search, contents

if TYPE_CHECKING:
    from releasing.references.report import ReferenceReport
    from releasing.references.rules import Rules

COPIES = ("vendor", "lib", "node_modules", ".metadata")  # folders that the rules do not read, often large


def examine(files: Iterable[tuple[str, bytes]], rules: Rules) -> ReferenceReport:
    """What the rules would change in `files` (path and content) and what stays; reads and writes no files.

    Raises one PreconditionError for all pins that would not read their value, UsageError for contradicting rules.
    """
    from releasing.references.outcome import report_on  # noqa: PLC0415
    from releasing.references.sources import sources  # noqa: PLC0415  (loaded while git looks: see below)

    return report_on(sources(files, rules), rules)


def examine_checkout(folder: Path, rules: Rules) -> ReferenceReport:
    """Examine what git tracks below `folder`; files without a word of the rules are not opened."""
    words, pinned = _words(rules), {pin.path for pin in rules.pins}
    search = Search(folder, words, () if rules.also else COPIES)
    from releasing.references.outcome import report_on  # noqa: PLC0415
    from releasing.references.sources import last_names, sources  # noqa: PLC0415  (loaded while git looks)

    paths = [path for path in search.paths(pinned) if rules.reads(path)]
    found = sources(contents(folder, paths), rules)
    # The same image under another name also has one of the words, if its last name has it.
    others = [f"/{name}" for name in last_names(found, rules)]
    others = [name for name in others if not any(word in name for word in words)]
    if words and others:
        more = [path for path in Search(folder, others).paths() if rules.reads(path) and path not in {*paths}]
        found += sources(contents(folder, more), rules)
    return report_on(found, rules)


def _words(rules: Rules) -> frozenset[str]:
    """Words of which every relevant file has at least one; empty when any file may be relevant."""
    words = {word.decode() for word in required_words(image.name.pattern for image in rules.images)}
    known = bool(words) or not rules.images
    words |= {parameter.name for parameter in rules.parameters}
    return frozenset(words) if known and all(map(str.isascii, words)) else frozenset()
