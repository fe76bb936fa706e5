"""docs/release-yaml.md: every key of release.yaml, from the types that read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from releasing.config.config_file import models
from releasing.config.release_yaml import Config

HEAD = """\
# release.yaml

What is released, where, and for whom. This page is generated from the types that read the file (`scripts/invoke
schema --write`); a test fails when it is out of date. An unknown key, a repeated key and a value of the wrong form
are problems. All problems are reported at once, as `release.yaml:LINE: key: problem`. Values stay as they are
written: `1.10` is not read as the number 1.1.
"""


def reference() -> str:
    """The whole page: a table for each section, outermost first."""
    return HEAD + "".join(_section(name, model) for name, model in _sections("", Config))


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
