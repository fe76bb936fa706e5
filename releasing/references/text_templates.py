"""Files that become YAML or JSON only when something is filled in: Helm's actions, jsonnet's and Python's formats."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

_SUFFIXES = (".yaml", ".yml", ".json")
_ACTION = re.compile(rb"\{\{.*\}\}|\{%")
_LONG_ACTION = re.compile(rb"\{\{(?:(?!\{\{).)*?\}\}", re.DOTALL)
_NUMBER = rb"[#0 +-]*(?:\*|\d*)(?:\.(?:\*|\d+))?[hlL]?"
_NAMED = re.compile(rb"%\([^()\n]+\)" + _NUMBER + rb"[diouxXeEfFgGcrs]")
_UNNAMED = re.compile(rb"%" + _NUMBER + rb"[diouxXeEfFgGcrs]")
_IMPORTED = re.compile(rb"\bimportstr\s*@?[\"']([^\"'\n]+)[\"']")


def is_filled_in(path: str, content: bytes) -> bool:
    """Whether actions of Helm or Jinja stand in the file: no parser of ours reads it."""
    long = path.endswith(_SUFFIXES) and _LONG_ACTION.search(content)
    return bool(long or _ACTION.search(content))


def imported_as_text(files: Iterable[tuple[str, bytes]]) -> frozenset[str]:
    """The paths that jsonnet among `files` imports as texts, which it may format."""
    return frozenset(
        posixpath.normpath(posixpath.join(posixpath.dirname(path), found[1].decode(errors="replace")))
        for path, content in files
        if path.endswith((".jsonnet", ".libsonnet"))
        for found in _IMPORTED.finditer(content)
    )


def filled_in(path: str, content: bytes, imported: bool) -> bytes:
    """A YAML or JSON text with something in each place of a format; `%s` is one only in what is `imported`."""
    if not path.endswith(_SUFFIXES):
        return content
    named = _NAMED.sub(b"0", content)
    return _UNNAMED.sub(b"0", named).replace(b"%%", b"%") if imported else named
