"""Names in braces in values of release.yaml; each release replaces them by its own values."""

from __future__ import annotations

import re
from collections.abc import Mapping

OF_RELEASE = ("version", "tag", "branch")
OF_OPERATOR = ("release",)
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
