"""Image references as people write them: NAME:TAG, NAME@DIGEST, NAME:TAG@DIGEST, templates in any part.

A template such as {0}, ${VAR}, $(VAR), %s or {{ .Value }} may stand for any part of a name or a tag. A name that
begins with a slash in a string is what an expression completes: registry + "/bootstrapper:v0.2.1".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from releasing.image import is_repository

TEMPLATE = rb"\$\{[^{}\n]*\}|\$?\{\{[^{}\n]*\}\}|\$\([^()\n]*\)|\$\$?\w+|\{[\w.!\[\]]*\}|%\(\w+\)s|%[sdv]"
# Atomic groups, not possessive ones: Python 3.11.2, Debian 12's, matches those wrongly (python/cpython#106052).
_PIECE = rb"(?>(?:[\w.-]|" + TEMPLATE + rb")+)"
_ADDRESS = rb"\[[0-9a-fA-F]*(?::[0-9a-fA-F]*){2,7}\]"
# A name starts a word, or follows a scheme, slashes that make a comment, or a string's escape; a sentence's full
# stop is not in a tag.
_REFERENCE = re.compile(
    rb"(?:(?<![\w./@\\-])|(?<=://)|(?<=//)(?=[\w-]+(?:\.[\w-]+)+/)|(?<=\\[nrt]))"
    rb"(?P<name>(?>(?:(?<=[\"'`])/)?)(?:"
    + _ADDRESS
    + rb"|"
    + _PIECE
    + rb")(?::\d++(?=/))?(?>(?:/"
    + _PIECE
    + rb")*))"
    rb"(?:(?P<open>:(?=[\"'`]))"
    rb"|:(?![.-])(?P<tag>(?>(?:[\w-]|\.+(?=[\w-])|" + TEMPLATE + rb")+))(?![/\w]))?"
    rb"(?:@(?P<digest>[a-z0-9]+:[0-9A-Za-z]+|" + TEMPLATE + rb"))?"
)
# What makes a tag only the beginning of one: a pattern (v0.*, v1{2,3}), a string that is added to, a second tag.
_GOES_ON = re.compile(rb"\.*(?:[+@({\[]|\*(?!\*)|%\w|:\w|\\[.dDsSwWb])|[\"'`](?:[ \t]*\+|\$[\w({])")
_TEMPLATE = re.compile(TEMPLATE.decode(), re.ASCII)


@dataclass(frozen=True)
class Reference:
    """One reference: its parts as written, where it starts, and the span of what follows the name."""

    start: int
    name: str
    tag: str
    digest: str
    span: tuple[int, int]
    variable: bool

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag or (self.variable and not self.digest) else ""
        return self.name + tag + (f"@{self.digest}" if self.digest else "")

    @property
    def has_registry(self) -> bool:
        """Whether the name begins with a host or a template: then it is an image also without a tag."""
        first, slash, _ = self.name.partition("/")
        return bool(slash) and ("." in first.strip(".") or ":" in first or is_templated(first))

    @property
    def last_name(self) -> str:
        """The name without registry and folders."""
        return self.name.rpartition("/")[2]


def references(content: bytes, start: int = 0, end: int | None = None) -> Iterator[Reference]:
    """Every word of `content[start:end]` that could be a reference; many are plain words without a tag."""
    for match in _REFERENCE.finditer(content, start, len(content) if end is None else end):
        tag, digest = ((match[part] or b"").decode(errors="replace") for part in ("tag", "digest"))
        first = match.start("tag" if match["tag"] else "digest")
        yield Reference(
            start=match.start(),
            name=match["name"].decode(errors="replace"),
            tag=tag,
            digest=digest,
            span=(first, match.end()),
            variable=match["open"] is not None or is_templated(tag + digest) or _goes_on(content, match),
        )


def is_name(text: str) -> bool:
    """Whether `text`, each template taken as a word, is an image's name in the distribution's grammar."""
    return is_repository(_TEMPLATE.sub("x", text).removeprefix("/"))


def is_templated(text: str) -> bool:
    """Whether a template stands somewhere in `text`."""
    return _TEMPLATE.search(text) is not None


def _goes_on(content: bytes, match: re.Match[bytes]) -> bool:
    end = match.end()
    if not (match["tag"] or match["digest"]) or not (found := _GOES_ON.match(content, end)):
        return False
    # *gcr.io/p/x:v1* is set in italics.
    return not (found[0] == b"*" and content[: match.start()].endswith(b"*"))
