"""Names in braces in values of release.yaml; each release replaces them by its own values."""

from __future__ import annotations

import re
from collections.abc import Mapping

OF_CANDIDATE = ("candidate", "full", "pep440", "npm", "shields")  # not the same for a candidate and its final
OF_VERSION = ("version", "tag", "branch", "major", "minor", "patch")
DATE = "date"
OF_RELEASE = (*OF_VERSION, *OF_CANDIDATE)
OF_FILES = (*OF_RELEASE, DATE)
OF_OPERATOR = ("release",)
MEANING = (
    "`{version}` is 0.2.1, `{major}`, `{minor}` and `{patch}` its numbers, `{tag}` v0.2.1, `{branch}` v0.2-branch, "
    "`{candidate}` the number of the candidate, `{full}` 0.2.1-rc.0 (of a final 0.2.1), `{pep440}` 0.2.1rc0, `{npm}` "
    "0.2.1-rc.0, `{shields}` 0.2.1--rc.0"
)
_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with each {name} replaced by its value and doubled braces made single.

    Raises ValueError for a name that has no value and for a brace that stands alone.
    """

    def replaced(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] in values:
            return values[found[1]]
        known = ", ".join(f"{{{name}}}" for name in values)
        raise ValueError(f"{found[0]} is not a known name ({known}); to write a brace as text, double it")

    return _PART.sub(replaced, text)


def names(text: str) -> set[str]:
    """The names in braces that `text` has."""
    return {found[1] for found in _PART.finditer(text) if found[1] is not None}
