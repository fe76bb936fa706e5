"""Edit an app.yaml in place: an entry is added or a value replaced, everything else stays byte for byte."""

from __future__ import annotations

import copy
import json
import re
from bisect import bisect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from releasing.errors import ConfigError

Entry = Mapping[str, Any]

# What every reader of YAML takes for text when it stands bare; anything else is written in quotes.
PLAIN = re.compile(
    r"[A-Za-z/][A-Za-z0-9_./@+-]*(://?[A-Za-z0-9_./@:+\[\]-]*[A-Za-z0-9_/\]])?|(?=[0-9a-f]*[acdf])[0-9a-f]{40}"
)
NOT_TEXT = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)


def with_entry(text: str, path: Path, section: str, name: str, entry: Entry) -> str:
    """`text` with `entry` added under `section` as `name`, in order where the names there are sorted.

    Raises ConfigError for a section in a form that cannot be added to.
    """
    root = _root(text, path)
    found = _child(root, section)
    if found is None:
        added = _inserted(text, root, section, _lines({section: {name: entry}}, 0))
    elif isinstance(found[1], yaml.MappingNode) and found[1].value and not found[1].flow_style:
        column = found[1].value[0][0].start_mark.column
        added = _inserted(text, found[1], name, _lines({name: entry}, column))
    elif isinstance(found[1], yaml.MappingNode) and found[1].value:
        raise ConfigError(
            f"{path}: {section} is written in braces", f"write {section} as lines, one for each name"
        )
    else:
        column = found[0].start_mark.column
        colon = text.index(":", found[0].end_mark.index) + 1
        block = "\n" + "\n".join(_lines({name: entry}, column + 2))
        added = text[:colon] + block + text[max(colon, found[1].end_mark.index) :]
    expected = _content(text)
    present = expected.get(section)
    expected[section] = {**(present if isinstance(present, dict) else {}), name: entry}
    return _confirmed(added, text, path, expected)


def with_value(text: str, path: Path, keys: tuple[str, ...], value: str) -> str:
    """`text` with the value at `keys` replaced; ConfigError when the file has no such key."""
    node = _at(text, path, keys)[1]
    edited = text[: node.start_mark.index] + scalar(value) + text[node.end_mark.index :]
    return _confirmed(edited, text, path, _changed(_content(text), keys, value))


def with_name(text: str, path: Path, keys: tuple[str, ...], name: str) -> str:
    """`text` with the last of `keys` called `name` instead."""
    key = _at(text, path, keys)[0]
    edited = text[: key.start_mark.index] + scalar(name) + text[key.end_mark.index :]
    expected = _content(text)
    section = expected
    for each in keys[:-1]:
        section = section[each]
    section[name] = section.pop(keys[-1])
    return _confirmed(edited, text, path, expected)


def scalar(value: str) -> str:
    """A text as YAML that every reader takes for this text."""
    if PLAIN.fullmatch(value) and not NOT_TEXT.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _lines(entry: Entry, column: int) -> list[str]:
    lines = []
    for key, value in sorted(entry.items()):
        head = f"{' ' * column}{scalar(key)}:"
        if isinstance(value, Mapping):
            lines += [head, *_lines(value, column + 2)]
        else:
            lines.append(f"{head} {scalar(value)}")
    return lines


def _inserted(text: str, parent: yaml.MappingNode, name: str, lines: list[str]) -> str:
    """`text` with lines put among the parent's children: before the next in order, else after the last."""
    names = [key.value for key, _ in parent.value]
    place = bisect(names, name) if names == sorted(names) else len(names)
    block = "\n".join(lines) + "\n"
    if place < len(names):
        mark = parent.value[place][0].start_mark
        start = mark.index - mark.column
        return text[:start] + block + text[start:]
    end = _end(parent)
    if not text[:end].endswith("\n"):
        line_end = text.find("\n", end)
        if line_end < 0:
            return f"{text}\n{block}"
        end = line_end + 1
    return text[:end] + block + text[end:]


def _end(node: yaml.Node) -> int:
    """Where the last value in `node` ends; a block's own end lies behind the comments that follow."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    return int(node.end_mark.index)


def _root(text: str, path: Path) -> yaml.MappingNode:
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style or not root.value:
        raise ConfigError(f"{path}: not an app.yaml of ks", "expected lines such as `kind: ksonnet.io/app`")
    return root


def _child(node: yaml.MappingNode, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next(((key, value) for key, value in node.value if key.value == name), None)


def _at(text: str, path: Path, keys: tuple[str, ...]) -> tuple[yaml.Node, yaml.Node]:
    node: yaml.Node = _root(text, path)
    found = None
    for key in keys:
        found = _child(node, key) if isinstance(node, yaml.MappingNode) else None
        if found is None:
            raise ConfigError(f"{path}: no {'.'.join(keys)}", "add it by hand")
        node = found[1]
    if found is None:
        raise TypeError("no keys")
    return found


def _content(text: str) -> dict[str, Any]:
    # BaseLoader keeps every scalar as text: `version: 1.10` stays 1.10.
    content = yaml.load(text, yaml.BaseLoader)  # noqa: S506
    return content if isinstance(content, dict) else {}


def _changed(content: dict[str, Any], keys: tuple[str, ...], value: str) -> dict[str, Any]:
    changed = copy.deepcopy(content)
    parent = changed
    for key in keys[:-1]:
        parent = parent[key]
    parent[keys[-1]] = value
    return changed


def _confirmed(after: str, before: str, path: Path, expected: dict[str, Any]) -> str:
    """`after` with the line ends of `before`, when it reads as `expected`; else ConfigError."""
    if "\r\n" in before:
        after = re.sub(r"(?<!\r)\n", "\r\n", after)
    try:
        if _content(after) == expected:
            return after
    except yaml.YAMLError:
        pass
    raise ConfigError(f"{path}: cannot be edited line by line", "nothing was written; edit it by hand")
