"""Templates that stand for a part of a name, a tag or a value: {0}, ${VAR}, $(VAR), %s, {{ .Value }}."""

from __future__ import annotations

import re

from releasing.image import is_repository

TEMPLATE = rb"\$\{[^{}\n]*\}|\$?\{\{[^{}\n]*\}\}|\$\([^()\n]*\)|\$\$?\w+|\{[\w.!\[\]]*\}|%\(\w+\)s|%[sdv]"
_TEMPLATE = re.compile(TEMPLATE.decode(), re.ASCII)


def is_templated(text: str) -> bool:
    """Whether a template stands somewhere in `text`."""
    return _TEMPLATE.search(text) is not None


def between_templates(text: str) -> list[str]:
    """The parts of `text` before, between and after its templates."""
    return _TEMPLATE.split(text)


def is_name(text: str) -> bool:
    """Whether `text`, each template taken as a word, is an image's name in the distribution's grammar."""
    return is_repository(_TEMPLATE.sub("x", text).removeprefix("/"))
