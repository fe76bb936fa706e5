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
from releasing.references.rules import Parameter, Pin
from releasing.references.templates import TEMPLATE, is_templated

_EXPRESSIONS = (".jsonnet", ".libsonnet", ".py", ".json")  # where a literal is always in quotes
_START = rb"(?P<reads>\$\{)?(?<![\w.])(?<!\w-)"  # ${NAME:-v1} reads NAME
_BARE = re.compile(r"[\w./:@+-]+", re.ASCII)
# jsonnet's +: and the += of a Makefile add to a value instead of setting it.
_SEPARATOR = rb"[\"']?\]?[ \t]*(?P<adds>\+)?(?:[?:]?:?=(?!=)|:{1,3}(?!:))[ \t]*"
_VALUE = (
    rb"(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'"
    rb"|(?P<bare>(?!#)(?:" + TEMPLATE + rb"|\.+(?=[^\s\"'`,;.(){}\[\]])|[^\s\"'`,;.(){}\[\]])+))"
    rb"(?P<goes_on>[ \t]*[+%]|[\"'$({\[\\])?"
)


def pin_edits(path: str, content: bytes, pins: Iterable[Pin]) -> list[Edit]:
    """The edits after which every match of every pin of `path` reads its value."""
    asked = [pin for pin in pins if pin.path == path]
    return [
        _pinned(match, pin)
        for pin in asked
        for match in pin.pattern.finditer(content)
        if match[1] is not None
    ]


def pin_holds(content: bytes, pin: Pin) -> bool:
    """Whether the pin's pattern matches in `content`, and its group reads the value each time."""
    groups = {match[1] for match in pin.pattern.finditer(content)}
    return groups == {pin.value.encode()}


def parameter_findings(path: str, content: bytes, parameter: Parameter) -> list[Finding]:
    """The places where `content` sets the parameter: an edit for each literal, Kept for an expression or variable."""
    name = parameter.name.encode()
    if name not in content:
        return []
    found = [_parameter(path, match, parameter) for match in _assignment(name).finditer(content)]
    return [replace(each, base=is_base(path, content, each.start)) for each in found]


def _pinned(match: re.Match[bytes], pin: Pin) -> Edit:
    old = match[1].decode(errors="replace")
    return Edit(match.start(1), match.end(1), pin.value.encode(), old, pin.value, str(pin))


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
    written = f"{parameter.name} {old}"
    expression = quoting == "bare" and match["prototype"] is None and path.endswith(_EXPRESSIONS)
    expression |= any(match[group] is not None for group in ("reads", "adds", "goes_on"))
    if expression or is_templated(old) or (quoting == "bare" and not _BARE.fullmatch(old)):
        return Kept(match.start(), written, "its value is an expression", False, str(parameter))
    text = parameter.value
    if quoting == "bare" and path.endswith((".yaml", ".yml")):
        from releasing.references.file_syntax import yaml_scalar  # noqa: PLC0415  (loads YAML)

        text = old if old == text else yaml_scalar(text)
    after = f"{parameter.name} {parameter.value}"
    return Edit(*match.span(quoting), text.encode(), written, after, str(parameter))
