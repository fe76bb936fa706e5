"""Which image tags differ between two versions of a line, as people changed it.

Told without our own grammar of references, so that a form which that grammar misses still shows up here: words
that differ are looked at, and what stands before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(
    r"(?:[\w.+-]|\$\{[^{}]*\}|\$\([^()]*\)|\$\w+|\{\{[^{}]*\}\}|\{\w*\}|%\(\w+\)s|%s)+|[^\w.+-]", re.ASCII
)
_NAME = re.compile(
    r"(?:[^\s\"'`<>,;|=()\[\]{}$%\\]|\$\{[^{}]*\}|\$\([^()]*\)|\{\{?[^{}]*\}?\}|%\(\w+\)s|%s|\$)+\Z", re.ASCII
)
_KEY = re.compile(
    r"(?:(?:^|[\s\"'{,(.-])(?P<set>\w*(?:[tT]ag|TAG|VERSION|RELEASE))[\"']?\s*(?:::?:?|[?:]?=)\s*[\"']?"
    r"|(?:ks param set \S+|ENV|@(?:optionalP|p)aram) (?P<named>\w*(?:[tT]ag|_TAG|_VERSION)) (?:string )?[\"']?)\Z",
    re.ASCII,
)
_TEMPLATE = re.compile(r"[$%{]")
_BEGINS = re.compile(r"[\w$%{]", re.ASCII)
LONGEST_LINE = 3000  # people write shorter ones, and these cost the square of their length


@dataclass(frozen=True)
class Move:
    """On one line, the word at `place` went from `old` to `new`; `name` is whose tag, digest or value it is.

    `kind` is "tag", "digest", "ref" (after an @), "newTag" or "parameter".
    """

    place: int
    kind: str
    name: str
    old: str
    new: str

    @property
    def literal(self) -> bool:
        """Whether both are texts without templates: otherwise people changed the form, not the tag."""
        if self.kind == "digest":
            return len(self.old) == len(self.new) == 64
        return bool(self.old and self.new) and not _TEMPLATE.search(self.old + self.new)


def moves(before: str, after: str) -> Iterator[Move]:
    """The tags, digests and tag parameters that differ between two versions of a line; none in generated lines."""
    if max(len(before), len(after)) > LONGEST_LINE:
        return
    old, new = words(before), words(after)
    for what, start, end, other, other_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "replace":
            for step in range(min(end - start, other_end - other)):
                if old[start + step - 1 : start + step] == new[other + step - 1 : other + step]:
                    yield from _changed(old, start + step, new[other + step])
        elif what != "equal":
            yield from _appeared(old, start, new[other:other_end] or old[start:end], what)


def with_moves(line: str, made: Iterable[Move]) -> str:
    """The line with only these moves made."""
    tokens = words(line)
    for move in made:
        tokens[move.place] = tokens[move.place].replace(move.old, move.new)
    return "".join(tokens)


def words(text: str) -> list[str]:
    """A line as words (templates included) and single other characters."""
    return _WORD.findall(text)


def _changed(tokens: list[str], place: int, wanted: str) -> Iterator[Move]:
    was, wanted = tokens[place].rstrip("."), wanted.rstrip(".")
    if not _BEGINS.match(was) or not _BEGINS.match(wanted):
        return
    left = "".join(tokens[:place])
    is_port = tokens[place + 1 : place + 2] == ["/"]
    if left.endswith("@sha256:"):
        named = left.removesuffix("@sha256:")
        name, colon, tag = named.rpartition(":")
        yield Move(place, "digest", _name(name if colon and "/" not in tag else named), was, wanted)
    elif left.endswith((":", "@")) and not is_port and _is_image(name := _name(left[:-1])):
        yield Move(place, "tag" if left.endswith(":") else "ref", name, was, wanted)
    elif found := _KEY.search(left):
        key = found["set"] or found["named"]
        yield Move(place, "newTag" if key == "newTag" else "parameter", key, was, wanted)


def _appeared(tokens: list[str], place: int, changed: list[str], what: str) -> Iterator[Move]:
    """A tag or digest that was added to a name, or taken away."""
    name = _name("".join(tokens[:place]))
    if changed[0] in {":", "@"} and len(changed) > 1 and _BEGINS.match(changed[1]) and _is_image(name):
        text = "".join(changed)
        yield Move(place, "tag", name, "" if what == "insert" else text, text if what == "insert" else "")


def _name(left: str) -> str:
    found = _NAME.search(left)
    name = found[0] if found else ""
    return name.rpartition("://")[2] if "://" in name else name


def _is_image(name: str) -> bool:
    """Whether a tag may follow: names of npm's packages have an @, and so has REPOSITORY@COMMIT:PULL."""
    return "/" in name.rstrip("/") and "@" not in name
