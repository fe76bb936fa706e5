"""The files of the tagged tree: they parse, and a final does not name a candidate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from releasing.references.edits import line_of
from releasing.references.file_syntax import faults as syntax_faults
from releasing.references.protected_paths import protection
from releasing.references.text_templates import filled_in, imported_as_text, is_filled_in
from releasing.verification.claim import Claim, counted, judged
from releasing.verification.pins import candidates_own

if TYPE_CHECKING:
    from releasing.verification.tagged import Tagged

# Messages of the Python 3 parser on valid Python 2.
_PYTHON_2 = re.compile(
    r"Missing parentheses in call to|multiple exception types must be parenthesized|leading zeros in decimal"
)
_STRANGERS = re.compile(r"(?:^|.*/)third_party/")


def claims(it: Tagged) -> Iterator[Claim]:
    """Every file parses; a final names no candidate of its version."""
    yield _parse(it)
    if it.release.final:
        yield _no_candidate(it)


def _parse(it: Tagged) -> Claim:
    """Templates and Python 2 are left out: this tool has no parser for them."""
    wrong, old = faults(it.judged_files)
    without = f"; {counted(old, 'file')} of Python 2 left out" if old else ""
    return judged(
        "files parse",
        wrong,
        f"every YAML, JSON, Python and jsonnet file parses{without}",
        f"{counted(len(wrong), 'file')} with a syntax error{without}",
    )


def faults(files: Iterable[tuple[str, bytes]]) -> tuple[list[str], int]:
    """What does not parse, each with its line, and the number of files of Python 2, which are not judged."""
    read = [*files]
    imported = imported_as_text(read)
    ours = {path: content for path, content in read if _is_ours(path)}
    first = {
        path: one for path, one in syntax_faults(ours.items()).items() if not is_filled_in(path, ours[path])
    }
    # What has formats in it is read once more, with something in their places.
    whole = {path: filled_in(path, ours[path], path in imported) for path in first}
    again = syntax_faults((path, text) for path, text in whole.items() if text != ours[path])
    found = [one for path, one in (first | again).items() if whole[path] == ours[path] or path in again]
    wrong = [str(one) for one in found if not _PYTHON_2.search(one.message)]
    return wrong, len(found) - len(wrong)


def _is_ours(path: str) -> bool:
    return not (protection(path) or _STRANGERS.match(path))


def _no_candidate(it: Tagged) -> Claim:
    """Prose may name a candidate, and the release document must; what release.yaml sets for candidates stays."""
    begin = f"{it.release.version}-rc".encode()
    search = re.compile(rb"(?<![\w.-])v?" + re.escape(begin) + rb"\.?\d+(?![\w-])")
    places = [
        f"{path}:{line_of(content, found.start())}: {found[0].decode()}"
        for path, content in it.judged_files
        if begin in content and _is_ours(path) and not path.endswith(".md")
        for found in _outside(search.finditer(content), candidates_own(it, path, content))
    ]
    return judged(
        "no -rc in a final",
        places,
        "no file names a candidate of this version",
        f"{counted(len(places), 'place')} with the name of a candidate",
    )


def _outside(found: Iterable[re.Match[bytes]], spans: list[tuple[int, int]]) -> Iterator[re.Match[bytes]]:
    return (each for each in found if not any(start < each.end() <= end for start, end in spans))
