"""What `docker buildx bake` and `docker compose` build: the targets of their files, as plain builds.

Read are docker-bake.json, what docker-bake.hcl has in plain texts and variables, and the services of a compose file.
An expression that is more than that stays as it is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
BAKE = (
    "docker-bake.json",
    "docker-bake.hcl",
    "docker-bake.override.json",
    "docker-bake.override.hcl",
)
LARGEST = 1 << 20  # bytes of a file
DEFAULT = "default"
COMMENT = re.compile(r"""("(?:[^"\\]|\\.)*")|(?:#|//)[^\n]*|/\*.*?\*/""", re.DOTALL)
BLOCK = re.compile(r"""\b(variable|target|group)\s+"?([\w.-]+)"?\s*\{""")
ATTRIBUTE = re.compile(
    r"""\b([\w-]+)\s*=\s*(\[[^\]]*\]|"(?:[^"\\]|\\.)*"|[\w.]+)""",
)
TEXT = re.compile(r""""((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)""")
VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)")


@dataclass(frozen=True)
class BakeTarget:
    """An image that one command builds: its Dockerfile, its tags, and where it goes."""

    name: str
    dockerfile: str = ""
    tags: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()


@dataclass
class _Found:
    """What files say."""

    targets: dict[str, BakeTarget] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)


def targets(
    folder: Path,
    files: Iterable[str],
    named: Iterable[str],
    changes: Iterable[str],
    environment: Mapping[str, str],
) -> list[BakeTarget]:
    """The targets `named` (else the default ones) of `files` (else those that are there), with `changes` of --set."""
    found = _Found()
    paths = [folder / each for each in files] or [folder / each for each in (*COMPOSE, *BAKE)]
    for path in paths:
        if path.is_file() and path.stat().st_size <= LARGEST:
            _read(path, environment, found)
    wanted = list(named) or [DEFAULT]
    names = [*dict.fromkeys(name for each in wanted for name in _of_group(found, each, ()))]
    # Told only on the command line, a target may be in a file that is not read here.
    return [_changed(_whole(found, name, ()), changes) for name in names]


def _read(path: Path, environment: Mapping[str, str], found: _Found) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        if path.suffix == ".json":
            _take(json.loads(text), environment, found)
        elif path.suffix in (".yaml", ".yml"):
            _take_services(yaml.safe_load(text), environment, found)
        else:
            _take(_hcl(text), environment, found)
    except (ValueError, yaml.YAMLError, RecursionError):
        return


def _take(content: Any, environment: Mapping[str, str], found: _Found) -> None:
    variables = {
        name: _text(_mapping(each).get("default")) for name, each in _mapping(content, "variable").items()
    }
    known = {**variables, **environment}
    for name, each in _mapping(content, "target").items():
        values = {key: _filled(_texts(value), known) for key, value in _mapping(each).items()}
        found.targets[name] = BakeTarget(
            name,
            next(iter(values.get("dockerfile", ())), ""),
            values.get("tags", ()),
            values.get("output", ()),
            values.get("inherits", ()),
        )
    for name, each in _mapping(content, "group").items():
        found.groups[name] = _filled(_texts(_mapping(each).get("targets")), known)


def _take_services(content: Any, environment: Mapping[str, str], found: _Found) -> None:
    services = {
        name: each for name, each in _mapping(content, "services").items() if "build" in _mapping(each)
    }
    for name, each in services.items():
        build = each["build"]
        dockerfile = _text(_mapping(build).get("dockerfile"))
        tags = [_text(each.get("image")), *_texts(_mapping(build).get("tags"))]
        shown = _filled([dockerfile, *filter(None, tags)], environment)
        found.targets[name] = BakeTarget(name, shown[0], shown[1:])
    if services:
        found.groups[DEFAULT] = (*found.groups.get(DEFAULT, ()), *services)


def _hcl(text: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The blocks of HCL with those attributes that are a text, a list of texts or a name."""
    plain = COMMENT.sub(lambda match: match[1] or " ", text)
    blocks: dict[str, dict[str, dict[str, Any]]] = {"variable": {}, "target": {}, "group": {}}
    for block in BLOCK.finditer(plain):
        inside = plain[block.end() : _end(plain, block.end())]
        blocks[block[1]][block[2]] = {
            key: [_word(each) for each in TEXT.finditer(value)] if value[0] == "[" else _one(value)
            for key, value in ATTRIBUTE.findall(inside)
        }
    return blocks


def _end(text: str, start: int) -> int:
    """Where the block that begins before `start` ends; interpolations in texts have braces, too."""
    depth = 1
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}]', text[start:]):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth == 0:
            return start + match.start()
    return len(text)


def _one(value: str) -> str:
    match = TEXT.fullmatch(value)
    return _word(match) if match else value


def _word(match: re.Match[str]) -> str:
    """A text as it is; a name as the variable of that name."""
    return match[1] if match[2] is None else f"${{{match[2]}}}"


def _filled(values: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        return known.get(name) or (match[2] if match[2] is not None else known.get(name, match[0]))

    return tuple(VARIABLE.sub(value, each) for each in values)


def _of_group(found: _Found, name: str, above: tuple[str, ...]) -> Iterator[str]:
    if name in above:
        return
    if name not in found.groups:
        yield name
    for each in found.groups.get(name, ()):
        yield from _of_group(found, each, (*above, name))


def _whole(found: _Found, name: str, above: tuple[str, ...]) -> BakeTarget:
    """A target with what it inherits."""
    own = found.targets.get(name, BakeTarget(name))
    for parent in own.inherits if name not in above else ():
        other = _whole(found, parent, (*above, name))
        own = replace(
            own,
            dockerfile=own.dockerfile or other.dockerfile,
            tags=own.tags or other.tags,
            outputs=own.outputs or other.outputs,
        )
    return own


def _changed(target: BakeTarget, changes: Iterable[str]) -> BakeTarget:
    """The target with what --set TARGET.KEY=VALUE says."""
    told: dict[str, list[str]] = {}
    for each in changes:
        where, _, value = each.partition("=")
        pattern, _, key = where.rpartition(".")
        if fnmatchcase(target.name, pattern):
            told.setdefault(key, []).append(value)
    return replace(
        target,
        dockerfile=told.get("dockerfile", [target.dockerfile])[-1],
        tags=tuple(told.get("tags", target.tags)),
        outputs=tuple(told.get("output", target.outputs)),
    )


def _mapping(value: Any, key: str = "") -> dict[str, Any]:
    inner = value.get(key) if key and isinstance(value, dict) else value
    return inner if isinstance(inner, dict) and (not key or isinstance(value, dict)) else {}


def _texts(value: Any) -> list[str]:
    return [_text(each) for each in value] if isinstance(value, list) else [_text(value)] if value else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
