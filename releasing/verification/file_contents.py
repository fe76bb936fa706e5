"""Whether the files of the tagged tree are what they claim to be: they parse, and a final does not say -rc."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from releasing.references.edits import line_of
from releasing.references.file_syntax import faults as syntax_faults
from releasing.references.protected_paths import protection
from releasing.verification.claim import Claim, counted, judged

if TYPE_CHECKING:
    from releasing.verification.tagged import Tagged

# What a parser of Python 3 says of sound Python 2.
_PYTHON_2 = re.compile(
    r"Missing parentheses in call to|multiple exception types must be parenthesized|leading zeros in decimal"
)
_TEMPLATE = re.compile(rb"\{\{.*\}\}|\{%")
_STRANGERS = re.compile(r"(?:^|.*/)third_party/")


def claims(it: Tagged) -> Iterator[Claim]:
    """Every file parses; a final names no candidate of its own."""
    yield _parse(it)
    if it.release.final:
        yield _no_candidate(it)


def _parse(it: Tagged) -> Claim:
    """Templates and Python 2 are left out: no parser of ours reads them."""
    wrong, old = faults(it.files)
    without = f"; {counted(old, 'file')} of Python 2 left out" if old else ""
    return judged(
        "files parse",
        wrong,
        f"every YAML, JSON, Python and jsonnet file parses{without}",
        f"{counted(len(wrong), 'file')} with a fault{without}",
    )


def faults(files: Iterable[tuple[str, bytes]]) -> tuple[list[str], int]:
    """What does not parse, each with its line, and the number of files of Python 2, which are not judged."""
    ours = {path: content for path, content in files if _is_ours(path)}
    found = [one for path, one in syntax_faults(ours.items()).items() if not _TEMPLATE.search(ours[path])]
    wrong = [str(one) for one in found if not _PYTHON_2.search(one.message)]
    return wrong, len(found) - len(wrong)


def _is_ours(path: str) -> bool:
    return not (protection(path) or _STRANGERS.match(path))


def _no_candidate(it: Tagged) -> Claim:
    """Prose may name one, and the release document has to."""
    version = re.escape(str(it.release.version).encode())
    search = re.compile(rb"(?<![\w.-])v?" + version + rb"-rc\.?\d+(?![\w-])")
    places = [
        f"{path}:{line_of(content, found.start())}: {found[0].decode()}"
        for path, content in it.files
        if _is_ours(path) and not path.endswith(".md") and path != it.release.config.document
        for found in search.finditer(content)
    ]
    return judged(
        "no -rc in a final",
        places,
        "no file names a candidate of it",
        f"{counted(len(places), 'place')} with the name of one",
    )
