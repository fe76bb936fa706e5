"""The files by which somebody outside sets how the local GitHub behaves: read anew for each request."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from releasing.errors import ConfigError

Form = TypeVar("Form")


def settings_in(file: Path, form: TypeAdapter[Form], default: Form) -> Form:
    """What the JSON file sets, `default` when it is not there; a ConfigError that names every problem in it."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return default
    try:
        return form.validate_json(content)
    except ValidationError as error:
        problems = "".join(f"\n  {_place(one['loc'])}{one['msg']}" for one in error.errors())
        raise ConfigError(f"{file}:{problems}", "docs/local-github.md shows the form of the file") from None


def _place(parts: tuple[int | str, ...]) -> str:
    return f"{'.'.join(map(str, parts))}: " if parts else ""
