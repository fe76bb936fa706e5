"""NAME:TAG, NAME@DIGEST and NAME:TAG@DIGEST as words of any file, with templates in any part.

A template such as {0}, ${VAR}, $(VAR), %s or {{ .Value }} may stand for any part of a name or a tag. A name that
begins with a slash in a string is what an expression completes: registry + "/bootstrapper:v0.2.1". What stands inside
of a template, such as the default of ${VAR:-gcr.io/p/x:v1}, is looked at as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from releasing.references.forms.expressions import Expression, default_of, expressions
from releasing.references.forms.form import Part, Reference
from releasing.references.line_spans import line_spans
from releasing.references.templates import TEMPLATE, is_name, is_templated

if TYPE_CHECKING:
    from releasing.references.edits import Edit
    from releasing.references.rules import ImageRule

# Atomic groups, not possessive ones: Python 3.11.2, Debian 12's, matches those wrongly (python/cpython#106052).
_PIECE = rb"(?>(?:[\w.-]|" + TEMPLATE + rb")+)"
_ADDRESS = rb"\[[0-9a-fA-F]*(?::[0-9a-fA-F]*){2,7}\]"
# A name starts a word, or follows a scheme, slashes that make a comment, or a string's escape; a sentence's full
# stop is not in a tag. JSON may have any slash as \/.
_START = (
    rb"(?:(?<![\w./@\\-])|(?<=://)|(?<=:\\/\\/)|(?<=//)(?=[\w-]+(?:\.[\w-]+)+/)"
    rb"|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4})|(?<=\\x[0-9a-fA-F]{2}))"
)
_REFERENCE = re.compile(
    _START
    + rb"(?P<name>(?>(?:(?<=[\"'`])\\?/)?)(?:"
    + _ADDRESS
    + rb"|"
    + _PIECE
    + rb")(?::\d++(?=\\?/))?(?>(?:\\?/"
    + _PIECE
    + rb")*))"
    rb"(?:(?P<open>:(?=[\"'`]))"
    rb"|:(?![.-])(?P<tag>(?>(?:[\w-]|\.+(?=[\w-])|" + TEMPLATE + rb")+))(?!\\?/|\w))?"
    rb"(?:@(?P<digest>[a-z0-9]+:[0-9A-Za-z]+|" + TEMPLATE + rb"))?"
)
# What makes a tag only the beginning of one: a pattern (v0.*, v1{2,3}), a string that is added to, a second tag.
_GOES_ON = re.compile(rb"\.*(?:[+@({\[]|\*(?!\*)|%\w|:\w|\\[.dDsSwWb])|[\"'`](?:[ \t]*\+|\$[\w({]|@)")


def applies(_path: str) -> bool:
    """True: any file may have such references."""
    return True


def find(content: bytes, near: Sequence[int] | None = None) -> Iterator[Reference]:
    """Every word with a tag or a digest, and every word that begins with a registry."""
    for start, end in line_spans(content, near):
        if inner := expressions(content, start, end):
            yield from _with_inner(content, start, end, inner)
        else:
            yield from _words(content, start, end)


def reason(reference: Reference, rule: ImageRule) -> str:
    """Why NAME:TAG stays as it is."""
    if reference.variable:
        return "its tag is a variable"
    if not reference.parts:
        return "it is written without a tag"
    if not is_name(reference.name):
        return "not a valid image name"
    return rule.digest_missing if reference.digest and not rule.digest else ""


def edits(reference: Reference, rule: ImageRule) -> list[Edit]:
    """One edit of what follows the name."""
    (part,) = reference.parts
    wanted = "@".join(reference.wanted(rule))
    after = reference.written[: -len(part.text)] + wanted
    return [reference.edit(part, wanted.encode(), reference.written, after)]


def _words(content: bytes, start: int, end: int) -> Iterator[Reference]:
    for match in _REFERENCE.finditer(content, start, end):
        if any(match.group("open", "tag", "digest")):
            yield _tagged(content, match)
        elif b"/" in match["name"] and _has_registry(name := _unescaped(match["name"])):
            yield Reference(match.start(), name, "", "", match[0].decode(errors="replace"))


def _with_inner(content: bytes, start: int, end: int, inner: Sequence[Expression]) -> Iterator[Reference]:
    """The words of a span, and those that each of its expressions holds."""
    heads = [(each.opened, each.start) for each in inner]
    found = {each.start: each for each in _words(content, start, end)}
    for opened, first in heads:
        # NAME:- of ${NAME:-gcr.io/p/x:v1} is no part of a name.
        for place in range(opened + 1, first):
            found.pop(place, None)
    for each in inner:
        for one in _words(content[each.start : each.end], 0, each.end - each.start):
            if one.parts or not each.joined:  # else a part of a name
                found[each.start + one.start] = _moved(one, each)
    return (found[place] for place in sorted(found))


def _moved(reference: Reference, to: Expression) -> Reference:
    parts = (replace(part, start=part.start + to.start, end=part.end + to.start) for part in reference.parts)
    return replace(
        reference,
        start=reference.start + to.start,
        parts=tuple(parts),
        variable=reference.variable or to.joined,
    )


def _unescaped(name: bytes) -> str:
    return name.replace(b"\\/", b"/").decode(errors="replace")


def _tagged(content: bytes, match: re.Match[bytes]) -> Reference:
    name = _unescaped(match["name"])
    tag, digest = ((match[part] or b"").decode(errors="replace") for part in ("tag", "digest"))
    written = match[0].decode(errors="replace")
    first = match.start("tag" if match["tag"] else "digest")
    parts = (Part(content[first : match.end()].decode(errors="replace"), first, match.end()),)
    return Reference(
        start=match.start(),
        name=name,
        tag=tag,
        digest=digest,
        written=written,
        parts=parts if first >= 0 else (),
        variable=match["open"] is not None or is_templated(tag + digest) or _goes_on(content, match),
        default=default_of(tag) if not digest and is_templated(tag) else "",
    )


def _has_registry(name: str) -> bool:
    """Whether the name begins with a host or a template: then it is an image also without a tag."""
    first, slash, _ = name.partition("/")
    return bool(slash) and ("." in first.strip(".") or ":" in first or is_templated(first))


def _goes_on(content: bytes, match: re.Match[bytes]) -> bool:
    end = match.end()
    if not (match["tag"] or match["digest"]) or not (found := _GOES_ON.match(content, end)):
        return False
    # *gcr.io/p/x:v1* is set in italics.
    return not (found[0] == b"*" and content[: match.start()].endswith(b"*"))
