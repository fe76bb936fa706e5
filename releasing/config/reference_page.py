"""docs/release-yaml.md and its JSON Schema: every key of release.yaml, from the types that read it.

What a key means is the text below it in the source. It is read for these two only: pydantic would read the source of
every section at each start of each program.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from releasing.config.config_file import models
from releasing.config.families import EARLIER_BUILDS
from releasing.config.release_yaml import Config
from releasing.config.value_forms import ConfigSection

HEAD = """\
# release.yaml

What is released, where, and for whom. This page is generated from the types that read the file (`scripts/invoke
schema --write`); a test fails when it is out of date. An unknown key, a repeated key and a value of the wrong form
are problems. All problems are reported at once, as `release.yaml:LINE: key: problem`. Values stay as they are
written: `1.10` is not read as the number 1.1.
"""


def reference() -> str:
    """The whole page: a table for each section, outermost first."""
    _explain()
    return HEAD + "".join(_section(name, model) for name, model in _sections("", Config))


def schema() -> str:
    """The JSON Schema of release.yaml, for editors."""
    _explain()
    found = Config.model_json_schema(by_alias=True)
    for name in EARLIER_BUILDS:
        about = f"the same as builds.{name}"
        found["properties"][name] = {"$ref": "#/$defs/Build", "description": about, "deprecated": True}
    return json.dumps(found, indent=2) + "\n"


@cache
def _explain() -> None:
    """Give every key its description, innermost sections first: the others are made of them."""
    sections = dict.fromkeys(model for _, model in [*_sections("", Config)][::-1])
    for model in sections:
        bases = (base for base in model.__mro__ if issubclass(base, ConfigSection))
        for name, text in (found for base in bases for found in _texts(base).items()):
            field = model.model_fields[name]
            field.description = field.description or text
        model.model_rebuild(force=True)


def _texts(model: type[ConfigSection]) -> dict[str, str]:
    """The text below each key in the source of a section."""
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    texts = {}
    for before, after in pairwise(getattr(made, "body", [])):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            texts[before.target.id] = inspect.cleandoc(str(after.value.value))
    return texts


def _sections(name: str, model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield name, model
    for key, field in model.model_fields.items():
        for inner in models(field.annotation):
            many = (
                ".NAME"
                if "dict" in str(field.annotation)
                else "[]"
                if "tuple" in str(field.annotation)
                else ""
            )
            yield from _sections(f"{name}.{field.alias or key}{many}".lstrip("."), inner)


def _section(name: str, model: type[BaseModel]) -> str:
    rows = "".join(_row(field.alias or key, field) for key, field in model.model_fields.items())
    about = (model.__doc__ or "").strip()
    title = f"`{name}`" if name else "Top level"
    return f"\n## {title}\n\n{about}\n\n| key | needed | meaning |\n|---|---|---|\n{rows}"


def _row(key: str, field: FieldInfo) -> str:
    needed = "yes" if field.is_required() else _default(field.default)
    return f"| `{key}` | {needed} | {field.description or ''} |\n"


def _default(value: Any) -> str:
    if value in (None, "", ()) or isinstance(value, BaseModel):
        return "no"
    return f"no: `{str(value).lower() if isinstance(value, bool) else value}`"
