"""Reading release.yaml: every problem at once, each with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from releasing.config.release_yaml import Config
from releasing.errors import ConfigError
from releasing.shell.files import read_bounded
from releasing.shell.text.yaml_bounds import compose

KeyPath = tuple[str | int, ...]
Above = tuple[yaml.Node, ...]


@dataclass
class Reading:
    """The findings of one reading of release.yaml: the line of each key, and the problems of its form."""

    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def blame(self, node: yaml.Node, at: KeyPath, problem: str) -> None:
        """Note a problem at the line of `node`."""
        self.problems.append(f"{node.start_mark.line + 1}: {_dotted(at) or 'release.yaml'}: {problem}")


def load(path: Path) -> Config:
    """The configuration in `path`; ConfigError with `path:LINE: key: problem` for every problem in it."""
    try:
        root = compose(read_bounded(path).decode(), yaml.SafeLoader)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", "name it: RELEASE_CONFIG=path/to/release.yaml") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{_place(path.name, error)}: not YAML: {_said(error)}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    reading = Reading()
    plain = (_plain(root, (), reading) if root else None) or {}
    reading.lines.setdefault((), 1)
    try:
        config = Config.model_validate(plain)
    except ValidationError as error:
        reading.problems += [_problem(detail, reading.lines) for detail in error.errors()]
        config = None
    if config is None or reading.problems:
        ordered = sorted(reading.problems, key=lambda text: int(text.split(":")[0]))
        raise ConfigError(
            "\n".join(f"{path.name}:{text}" for text in ordered), "docs/release-yaml.md lists every key"
        )
    return config


def _plain(node: yaml.Node, at: KeyPath, reading: Reading, above: Above = ()) -> Any:
    """`node` as dicts, lists and text: scalars stay as written, so 1.10 is not 1.1.

    `above` are the nodes that `node` is part of.
    """
    reading.lines.setdefault(at, node.start_mark.line + 1)
    if any(node is other for other in above):
        reading.blame(node, at, "an alias to a value that contains it; write the value out")
        return None
    inside = (*above, node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*at, index), reading, inside) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, reading, inside)
    return None if node.tag == "tag:yaml.org,2002:null" and not node.value else node.value


def _mapping(node: yaml.MappingNode, at: KeyPath, reading: Reading, inside: Above) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            reading.blame(key, at, "a key must be plain text")
            continue
        name = str(key.value)
        if name == "<<":
            reading.blame(key, (*at, name), "merge keys are not read; write the keys out")
            continue
        if name in result:
            reading.blame(key, (*at, name), "written twice; keep one")
        reading.lines[(*at, name)] = key.start_mark.line + 1
        result[name] = _plain(value, (*at, name), reading, inside)
    return result


def _problem(detail: ErrorDetails, lines: dict[KeyPath, int]) -> str:
    at = _as_written(tuple(detail["loc"]), lines)
    known = next(at[:size] for size in range(len(at), -1, -1) if at[:size] in lines)
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = f"unknown key{_did_you_mean(str(at[-1]), detail['loc'][:-1])}"
    elif detail["type"] == "missing":
        message = "missing"
    elif isinstance(detail["input"], str):
        message = f"{message}; found {detail['input']!r}"
    return f"{lines[known]}: {_dotted(at) or 'release.yaml'}: {message}"


def _as_written(at: KeyPath, lines: dict[KeyPath, int]) -> KeyPath:
    """The place in the file of what the types have at `at`: a build may be at the top level."""
    return at[1:] if at[:1] == ("builds",) and at[:2] not in lines and at[1:2] in lines else at


def _did_you_mean(name: str, at: KeyPath) -> str:
    close = difflib.get_close_matches(name, _keys(at), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _keys(at: KeyPath) -> list[str]:
    model: type[BaseModel] = Config
    for part in at:
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        inner = next(models(field.annotation), None) if field else None
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The sections that a field's annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models(argument)


def _dotted(at: KeyPath) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).lstrip(".")


def _place(name: str, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{name}:{mark.line + 1}" if mark else name


def _said(error: Exception) -> str:
    return getattr(error, "problem", None) or str(error)
