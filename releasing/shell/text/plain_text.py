r"""Text on its way to a person: terminals, logs, notes and mails get no character that does something there.

Tags of registries, names of files, titles and messages are written by strangers. An escape sequence in one would move
the cursor, colour, hide or rename; a direction mark would turn what follows around. They are shown as \u001b, which
JSON and YAML read back as what it was.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from typing import Any, TextIO

# All controls but tab and line feed, what ends a line elsewhere, direction marks, invisible tags, noncharacters.
CONTROL = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e0fff]"
)
FIRST_TAG = "\U000e0000"  # some of the invisible tags count as printable
SURROGATE = "[\ud800-\udfff]"


def plain(text: str, *, undecoded: bool = False) -> str:
    """`text` with its control characters shown; those that stand for bytes that are no text stay if `undecoded`."""
    # Nearly every text is plain, and the expressions take longer to compile than a short program runs.
    if text.replace("\n", "").isprintable() and max(text, default="") < FIRST_TAG:
        return text
    shown = _compiled(CONTROL).sub(_shown, text)
    return shown if undecoded else _compiled(SURROGATE).sub(_shown, shown)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    import re  # noqa: PLC0415 - see above

    return re.compile(expression)


def plain_line(text: str) -> str:
    """`text` as one line of plain text, for a place in a list or a table."""
    return plain(" ".join(text.split()))


def tell(line: str) -> None:
    """Print a line beside the output of a program."""
    print(plain(line), file=sys.stderr)


class PlainStream:
    """A text stream that gets plain text only; `own` is the stream itself, for what a program draws there."""

    def __init__(self, own: TextIO) -> None:
        self.own = own

    def write(self, text: str) -> int:
        """Write `text` as plain text."""
        return self.own.write(plain(text))

    def writelines(self, lines: list[str]) -> None:
        """Write each of `lines` as plain text."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)


def keep_streams_plain() -> None:
    """Let everything that this process prints be plain text."""
    if not isinstance(sys.stdout, PlainStream):
        sys.stdout = PlainStream(sys.stdout)
    if not isinstance(sys.stderr, PlainStream):
        sys.stderr = PlainStream(sys.stderr)


def _shown(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x10000:
        return f"\\u{number:04x}"
    # As JSON writes it, in two halves.
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
