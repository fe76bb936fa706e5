"""Values that stand in YAML without quotes, and need some once they read like a number, a date or a word of YAML."""

from __future__ import annotations

import re

from releasing.shell.text.plain_scalars import quoted, reads_as_text

# Also what is made into YAML: x.yaml.tmpl, templates of Helm.
_YAML = re.compile(r"(?:.*/)?(?:[^/]*\.ya?ml(?:\.[^/]*)?|Kustomization|[^/]*\.tpl)")
_BEFORE = re.compile(rb"(?:.*?[:?-][ \t]+|.*[\[{,][ \t]*|[ \t]*)(?:[!&]\S+[ \t]+)*\Z")
_BEHIND = re.compile(rb"[ \t]*(?:[,\]}].*|[ \t]#.*)?\r?(?:\n|\Z)")


def is_yaml(path: str) -> bool:
    """Whether the file at `path` is YAML, or becomes YAML, by its name."""
    return _YAML.fullmatch(path) is not None


def written(content: bytes, span: tuple[int, int], value: str) -> str:
    """How `value` is written in place of a span of YAML: in quotes when it is a scalar that needs them."""
    start, end = span
    if reads_as_text(value) or not _is_whole(content, start, end):
        return value
    old = content[start:end].decode(errors="replace")
    return old if reads(old, value) else quoted(value)


def reads(text: str, value: str) -> bool:
    """Whether `text`, a scalar with quotes if it needs some, says `value`."""
    return text in (value, f"'{value}'", quoted(value)) and (text != value or reads_as_text(value))


def _is_whole(content: bytes, start: int, end: int) -> bool:
    line = content.rfind(b"\n", 0, start) + 1
    return _BEFORE.match(content[line:start]) is not None and _BEHIND.match(content, end) is not None
