"""Literal values that a file sets by name: pins by pattern, parameters by name.

A pin's one group may match many times in its file; a parameter is a key with a literal value in jsonnet,
YAML, JSON, Python, Makefiles, shell and ksonnet prototypes (`// @optionalParam NAME string VALUE …`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from releasing.references.edits import Edit, Finding, Kept
from releasing.references.forms.dockerfile import is_base
from releasing.references.forms.yaml_values import is_yaml, reads, written
from releasing.references.rules import Parameter, Pin
from releasing.references.templates import TEMPLATE, is_templated
from releasing.shell.text.plain_scalars import reads_as_text, scalar

_EXPRESSIONS = (".jsonnet", ".libsonnet", ".py", ".json")  # where a literal is always in quotes
_START = rb"(?P<reads>\$\{)?(?<![\w.])(?<!\w-)"  # ${NAME:-v1} reads NAME
_DIGEST = re.compile(r"@\w+:[0-9A-Fa-f]{32}")
_BARE = re.compile(r"[\w./:@+-]+", re.ASCII)
# jsonnet's + and the += of a Makefile add to a value instead of setting it.
_SEPARATOR = rb"[\"']?\]?[ \t]*(?P<adds>\+)?(?P<by>[?:]?:?=(?!=)|:{1,3}(?!:)[ \t]?)[ \t]*"
_VALUE = (
    rb"(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'"
    rb"|(?P<bare>(?!#)(?:" + TEMPLATE + rb"|\.+(?=[^\s\"'`,;.(){}\[\]])|[^\s\"'`,;.(){}\[\]])+))"
    rb"(?P<goes_on>[ \t]*[+%]|[\"'$({\[\\])?"
)


def pin_edits(path: str, content: bytes, pins: Iterable[Pin]) -> list[Edit]:
    """The edits after which every match of every pin of `path` reads its value."""
    asked = [pin for pin in pins if pin.path == path]
    return [
        _pinned(match, pin, content)
        for pin in asked
        for match in pin.pattern.finditer(content)
        if match[1] is not None
    ]


def pin_holds(content: bytes, pin: Pin) -> bool:
    """Whether the pin's pattern matches in `content`, and its group reads the value each time."""
    groups = {match[1] for match in pin.pattern.finditer(content)}
    texts = {group.decode(errors="replace") for group in groups if group is not None}
    in_yaml = is_yaml(pin.path)
    return len(groups) == len(texts) > 0 and all(
        text == pin.value or (in_yaml and reads(text, pin.value)) for text in texts
    )


def needs_quotes(pin: Pin) -> bool:
    """Whether the pin's value is put in quotes where it is a scalar of its own."""
    return is_yaml(pin.path) and not reads_as_text(pin.value)


def parameter_findings(path: str, content: bytes, parameter: Parameter) -> list[Finding]:
    """The places where `content` sets the parameter: an edit for each literal, Kept for an expression or variable."""
    name = parameter.name.encode()
    if name not in content:
        return []
    found = [_parameter(path, match, parameter) for match in _assignment(name).finditer(content)]
    return [replace(each, base=is_base(path, content, each.start)) for each in found]


def _pinned(match: re.Match[bytes], pin: Pin, content: bytes) -> Edit:
    old = match[1].decode(errors="replace")
    text = written(content, match.span(1), pin.value) if is_yaml(pin.path) else pin.value
    return Edit(*match.span(1), text.encode(), old, pin.value, str(pin))


def _assignment(name: bytes) -> re.Pattern[bytes]:
    word = re.escape(name)
    prototype = rb"(?P<prototype>@(?:optionalP|p)aram " + word + rb" +\w+ +)"
    command = rb"(?:ks param set (?:--\S+ )*\S+|\bENV) +" + word + rb" +"
    return re.compile(
        rb"(?:" + prototype + rb"|" + command + rb"|" + _START + word + _SEPARATOR + rb")" + _VALUE
    )


def _parameter(path: str, match: re.Match[bytes], parameter: Parameter) -> Finding:
    quoting = next(group for group in ("double", "single", "bare") if match[group] is not None)
    old = match[quoting].decode(errors="replace")
    shown = f"{parameter.name} {old}"
    expression = quoting == "bare" and match["prototype"] is None and path.endswith(_EXPRESSIONS)
    expression |= any(match[group] is not None for group in ("reads", "adds", "goes_on"))
    if expression or is_templated(old) or (quoting == "bare" and not _BARE.fullmatch(old)):
        return Kept(match.start(), shown, "its value is an expression", False, str(parameter))
    text = parameter.value
    if _DIGEST.search(old) and "@" not in text:
        return Kept(
            match.start(), shown, "pinned by digest, and the value has none", old != text, str(parameter)
        )
    # What an = sets in YAML is a part of a text: args: [--imageTag=1.10].
    if quoting == "bare" and is_yaml(path) and (match["by"] or b"").strip() == b":":
        text = scalar(text)
    after = f"{parameter.name} {parameter.value}"
    return Edit(*match.span(quoting), text.encode(), shown, after, str(parameter))
