"""Manifests as text: the same for the same objects, and no text that a reader takes for something else."""

from __future__ import annotations

import re
from typing import Any

import yaml

Object = dict[str, Any]

PLAIN = re.compile(r"[A-Za-z_/][\w./@-]*(:[\w./@-]+)*")
# What some reader of YAML takes for a truth value or for nothing.
WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
HEAD = """\
# Made from release.yaml: scripts/invoke {command} --write. A test fails when it is out of date.
# docs/deploy.md says what it is for.
"""


class _Dumper(yaml.SafeDumper):
    """Texts in quotes unless every reader takes them for texts: 12345e67 is a number to readers of YAML 1.2."""

    def ignore_aliases(self, _content: Any) -> bool:
        """Write what occurs twice twice: anchors are for people who write by hand."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = PLAIN.fullmatch(text) and text.lower() not in WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def as_yaml(command: str, *objects: Object) -> str:
    """The objects as one file, keys in their order; its head says that `command` makes it."""
    return headed(HEAD.format(command=command), *objects)


def headed(head: str, *objects: Object) -> str:
    """The objects as one file below `head`, which is a comment."""
    parts = [
        yaml.dump(each, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000) for each in objects
    ]
    return head + "---\n".join(parts)
