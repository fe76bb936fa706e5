"""Which texts YAML has to have in quotes: its readers do not agree on what is a number, a date or a truth value."""

from __future__ import annotations

import re

_SAFE = re.compile(r"[\w./~+=-][\w./@:+=%~-]*(?<!:)")
# What readers of YAML 1.1 or 1.2 take for something else than text; Go's and others pass over every underscore.
_WORD = re.compile(r"~|null|y|n|yes|no|on|off|true|false|<<|=|", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt \t].*)?")
_NUMBER = re.compile(
    r"[-+]?(?:0b[01]+|0o?[0-7]+|0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\d+(?::[0-5]?\d)+(?:\.\d*)?|\.inf)"
    r"|\.nan",
    re.IGNORECASE | re.ASCII,
)
_MARKERS = {"-", "---", "..."}


def reads_as_text(text: str) -> bool:
    """Whether every reader takes `text` without quotes for a text, as far as numbers, dates and words go."""
    number = _NUMBER.fullmatch(text) or _NUMBER.fullmatch(text.replace("_", ""))
    return not (number or _WORD.fullmatch(text) or _DATE.fullmatch(text))


def scalar(text: str) -> str:
    """`text` as it stands in a line of YAML, in double quotes where it needs them."""
    return text if _SAFE.fullmatch(text) and reads_as_text(text) and text not in _MARKERS else quoted(text)


def quoted(text: str) -> str:
    """`text`, which has no control characters, in double quotes."""
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
