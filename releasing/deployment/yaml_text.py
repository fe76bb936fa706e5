"""Manifests as text: the same for the same objects, with quotes where a reader could take text for another type."""

from __future__ import annotations

import re
from typing import Any

import yaml

Object = dict[str, Any]

PLAIN = re.compile(r"[A-Za-z_/][\w./@-]*(:[\w./@-]+)*")
# Words that some reader of YAML takes for true, false or null.
WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
HEAD = """\
# Made from release.yaml: scripts/invoke {command} --write. A test fails when it is out of date.
# docs/deploy.md says what it is for.
"""


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes unless every reader takes it for text: for YAML 1.2, 12345e67 is a number."""

    def ignore_aliases(self, _content: Any) -> bool:
        """No anchors: an object that occurs twice is written twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = PLAIN.fullmatch(text) and text.lower() not in WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def as_yaml(command: str, *objects: Object) -> str:
    """The objects as one file, keys in their order; its head names the `command` that generates it."""
    return headed(HEAD.format(command=command), *objects)


def headed(head: str, *objects: Object) -> str:
    """The objects as one file below `head`, which is a comment."""
    parts = [
        yaml.dump(each, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000) for each in objects
    ]
    return head + "---\n".join(parts)
