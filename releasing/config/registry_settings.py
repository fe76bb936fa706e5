"""`registries` and `floating-tags` of the current release.yaml, read without the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from releasing.clients.registry.settings import RULES, HostSettings, Settings, floating_tag, host
from releasing.config.path import config_path
from releasing.errors import ConfigError
from releasing.shell.text.marked_yaml import Document


def settings(environment: Mapping[str, str]) -> Settings:
    """Give the settings in the release.yaml that `environment` names; raises ConfigError."""
    path = config_path(environment).absolute()
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise ConfigError(
            f"{path}: {error.strerror}", "name it: RELEASE_CONFIG=path/to/release.yaml"
        ) from None


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Settings:
    # Not through config_file.py first: its imports take 0.12 s, several times longer than this.
    try:
        return _quickly(path)
    except ValueError:
        return _thoroughly(path)


def _quickly(path: Path) -> Settings:
    """Read the two keys; ValueError for any problem."""
    top = _mapping(Document(path.read_bytes(), path.name).root)
    registries = _mapping(top["registries"]) if "registries" in top else {}
    floating = _items(top["floating-tags"]) if "floating-tags" in top else []
    return Settings(
        {host(name): _host_settings(node) for name, node in registries.items()},
        tuple(floating_tag(_text(node)) for node in floating),
    )


def _thoroughly(path: Path) -> Settings:
    """Read the whole file, which reports every problem with its line."""
    from releasing.config.config_file import load  # noqa: PLC0415 - as above

    config = load(path)
    registries = {name: HostSettings(**each.model_dump()) for name, each in config.registries.items()}
    return Settings(registries, config.floating_tags)


def _host_settings(node: yaml.Node) -> HostSettings:
    given = _mapping(node)
    if given.keys() - RULES.keys():
        raise ValueError(node.start_mark)
    # Each rule gives the type of its field.
    values = {key.replace("-", "_"): RULES[key](_text(value)) for key, value in given.items()}
    return HostSettings(**values)  # type: ignore[arg-type]


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError(node)
    found = {_text(key): value for key, value in node.value}
    if len(found) < len(node.value) or "<<" in found:
        raise ValueError(node.start_mark)
    return found


def _items(node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise ValueError(node.start_mark)
    return list(node.value)


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError(node.start_mark)
    return str(node.value)
