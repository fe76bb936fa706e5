"""Parameters of ksonnet prototypes: a comment line declares each, and a lost declaration is not noticed by ks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from releasing.references.edits import line_of
from releasing.references.protected_paths import protection
from releasing.verification.claim import Claim, counted, judged

if TYPE_CHECKING:
    from releasing.verification.tagged import Tagged

_DECLARED = re.compile(rb"^//\s*@(?:optionalP|p)aram\s", re.MULTILINE)
_JOINED = re.compile(rb"^//\s*@(?:optionalP|p)aram\s.*//\s*@(?:optionalP|p)aram\s+(\w+)", re.MULTILINE)


def claims(it: Tagged) -> Iterator[Claim]:
    """Every prototype declares each parameter on a line of its own, because the rest of the line is its description.

    Whether a used parameter is declared at all cannot be told from the file: a package adds its own.
    """
    missed, prototypes = lost(it.judged_files)
    if prototypes:
        found = f"each on a line of its own in {counted(prototypes, 'prototype')}"
        yield judged("parameters", missed, found, f"{counted(len(missed), 'parameter')} lost")


def lost(files: Iterable[tuple[str, bytes]]) -> tuple[list[str], int]:
    """The parameters on the line of another parameter, each with its line, and the number of prototypes."""
    prototypes = [(path, content) for path, content in files if _is_prototype(path, content)]
    missed = [
        f"{path}:{line_of(content, found.start())}: {found[1].decode()} is on the line of another parameter"
        for path, content in prototypes
        for found in _JOINED.finditer(content)
    ]
    return missed, len(prototypes)


def _is_prototype(path: str, content: bytes) -> bool:
    return path.endswith(".jsonnet") and not protection(path) and _DECLARED.search(content) is not None
