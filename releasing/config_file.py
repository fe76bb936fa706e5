"""Reading release.yaml: every problem at once, each with its line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from releasing.config import Config
from releasing.errors import ConfigError

Where = dict[tuple[str | int, ...], int]


def load(path: Path) -> Config:
    """The configuration in `path`; ConfigError with `path:LINE: key: problem` for all that is wrong in it."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", "name it: RELEASE_CONFIG=path/to/release.yaml") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{_place(path.name, error)}: not YAML: {_said(error)}") from None
    lines: Where = {}
    problems: list[str] = []
    plain = _plain(root, (), lines, problems) if root else {}
    try:
        config = Config.model_validate(plain)
    except ValidationError as error:
        problems += [_problem(detail, lines) for detail in error.errors()]
        config = None
    if config is None or problems:
        ordered = sorted(problems, key=lambda text: int(text.split(":")[0]))
        raise ConfigError(
            "\n".join(f"{path.name}:{text}" for text in ordered), "docs/release-yaml.md lists every key"
        )
    return config


def schema() -> str:
    """The JSON Schema of release.yaml, for editors."""
    return json.dumps(Config.model_json_schema(by_alias=True), indent=2) + "\n"


def _plain(node: yaml.Node, at: tuple[str | int, ...], lines: Where, problems: list[str]) -> Any:
    """`node` as dicts, lists and text: scalars stay as written, so 1.10 is not 1.1."""
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*at, index), lines, problems) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in result:
                problems.append(f"{key.start_mark.line + 1}: {_dotted((*at, name))}: written twice; keep one")
            lines[(*at, name)] = key.start_mark.line + 1
            result[name] = _plain(value, (*at, name), lines, problems)
        return result
    return None if node.tag == "tag:yaml.org,2002:null" and not node.value else node.value


def _problem(detail: ErrorDetails, lines: Where) -> str:
    at = tuple(detail["loc"])
    known = next(at[:size] for size in range(len(at), -1, -1) if at[:size] in lines)
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = f"unknown key{_did_you_mean(str(at[-1]), at[:-1])}"
    elif detail["type"] == "missing":
        message = "missing"
    elif isinstance(detail["input"], str):
        message = f"{message}; found {detail['input']!r}"
    return f"{lines[known]}: {_dotted(at) or 'release.yaml'}: {message}"


def _did_you_mean(name: str, at: tuple[str | int, ...]) -> str:
    close = difflib.get_close_matches(name, _keys(at), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _keys(at: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = Config
    for part in at:
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        inner = next(_models(field.annotation), None) if field else None
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _dotted(at: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).lstrip(".")


def _place(name: str, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{name}:{mark.line + 1}" if mark else name


def _said(error: Exception) -> str:
    return getattr(error, "problem", None) or str(error)
