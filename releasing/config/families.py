"""The operators and builds of release.yaml: only what names, options and lists of commands need.

Read without pydantic, which takes longer to load than all that listing takes; file.py finds what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from releasing.errors import ConfigError
from releasing.shell.files import read_bounded
from releasing.shell.text.yaml_bounds import compose

NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"  # of an operator or a build: part of a step's name, and of an option
# They were at the top level before `builds` existed, and are still read there.
EARLIER_BUILDS = ("tfserving", "jupyter")


@dataclass(frozen=True)
class Listed:
    """An operator or a build: its name in texts, and whether a spawner offers its images."""

    title: str = ""
    heading: str = ""
    spawner: str = ""


@dataclass(frozen=True)
class ListedConfig:
    """The names in release.yaml."""

    operators: dict[str, Listed] = field(default_factory=dict)
    builds: dict[str, Listed] = field(default_factory=dict)


@dataclass(frozen=True)
class Listing:
    """Stands for any release of a project where only names matter: `config` is a ListedConfig, or all of it."""

    config: Any


def listed(path: Path) -> ListedConfig:
    """The operators and builds in `path`; empty when it cannot be read."""
    try:
        root = compose(read_bounded(path).decode())
    except (ConfigError, OSError, UnicodeDecodeError, yaml.YAMLError):
        return ListedConfig()
    top = dict(_items(root))
    earlier = {name: top[name] for name in EARLIER_BUILDS if name in top}
    builds = {**earlier, **dict(_items(top.get("builds")))}
    return ListedConfig(_sections(dict(_items(top.get("operators")))), _sections(builds))


def with_builds(sections: dict[str, Any]) -> dict[str, Any]:
    """The top level of release.yaml with all builds in `builds`; ValueError for a build that is written twice."""
    earlier = {name: sections[name] for name in EARLIER_BUILDS if sections.get(name) is not None}
    rest = {key: value for key, value in sections.items() if key not in EARLIER_BUILDS}
    builds = rest.get("builds") or {}
    if not earlier or not isinstance(builds, dict):
        return rest
    if twice := [name for name in earlier if name in builds]:
        raise ValueError(
            f"{twice[0]} is written at the top level and in 'builds:'; keep only the one in 'builds:'"
        )
    return {**rest, "builds": {**earlier, **builds}}


def _sections(nodes: dict[str, yaml.Node]) -> dict[str, Listed]:
    return {name: _section(node) for name, node in nodes.items() if re.fullmatch(NAME, name)}


def _section(node: yaml.Node) -> Listed:
    texts = {key: value.value for key, value in _items(node) if isinstance(value, yaml.ScalarNode)}
    return Listed(**{name: texts[name] for name in ("title", "heading", "spawner") if name in texts})


def _items(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield str(key.value), value
