"""Kubernetes objects as text, as ks prints them: JSON, or YAML that every reader reads as the same objects."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from releasing.shell.text.plain_text import CONTROL as UNSEEN

Object = dict[str, Any]

# What YAML 1.1 or 1.2, or a reader between the two, may take for a number, a date, a boolean, null or a merge:
# kubectl's YAML reads 1_000 and 0o10 as numbers, others 1:30.
NOT_TEXT = re.compile(
    r"[-+.]?[0-9].*|[-+]?\.(inf|nan)|y|n|yes|no|on|off|true|false|null|~|=|<<|", re.IGNORECASE
)
# PyYAML writes these in single quotes, and reads a blank.
CONTROL = re.compile(rf"{UNSEEN}|\t")


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes when a reader could take it for another type."""


def as_text(objects: list[Object], form: str) -> str:
    """Objects as ks prints them: one List in JSON, or YAML documents."""
    if form == "json":
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}, indent=2, sort_keys=True)
    return "".join(f"---\n{_document(each)}" for each in objects).rstrip("\n")


def _document(content: Object) -> str:
    return yaml.dump(content, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, width=1 << 20)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"' if NOT_TEXT.fullmatch(value) or CONTROL.search(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
