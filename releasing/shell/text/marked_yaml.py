"""YAML read as text with line numbers: no scalar becomes a number, and no key is lost.

Every problem of a document is collected, so that the release manager sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import yaml

from releasing.errors import ConfigError
from releasing.shell.text.yaml_bounds import compose

T = TypeVar("T")


class Document:
    """One YAML document; `problems` grows while it is read, as sentences that begin with FILE:LINE."""

    def __init__(self, content: bytes, where: str) -> None:
        self.where = where
        self.problems: list[str] = []
        self.root: yaml.Node | None = None
        try:
            self.root = compose(content)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(f"{where}:{line}: not YAML: {error.problem}")
        except (yaml.YAMLError, UnicodeError) as error:
            self.problems.append(f"{where}:1: not YAML: {' '.join(str(error).split())}")

    def read(self, reader: Callable[[yaml.Node], T]) -> T:
        """Give the root to `reader`; raises ConfigError with every problem that was found."""
        if self.root is None:
            raise ConfigError("\n".join(self.problems) or f"{self.where}:1: the file is empty")
        result = reader(self.root)
        if self.problems:
            raise ConfigError("\n".join(self.problems))
        return result

    def blame(self, node: yaml.Node, problem: str) -> None:
        """Note a problem at the line of `node`."""
        self.problems.append(f"{self.where}:{line_of(node)}: {problem}")

    def mapping(
        self, node: yaml.Node, what: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """Give the values of a mapping by key; unknown, repeated and missing keys are problems."""
        if not isinstance(node, yaml.MappingNode):
            self.blame(node, f"{what} is not a mapping")
            return {}
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.text(key_node, f"a key of {what}")
            if key in found:
                self.blame(key_node, f"{what} has the key {key!r} twice")
            elif key not in required and key not in optional:
                self.blame(key_node, f"{what} has an unknown key {key!r}")
            found[key] = value
        for key in required:
            if key not in found:
                self.blame(node, f"{what} has no {key!r}")
        return found

    def items(self, node: yaml.Node | None, what: str) -> Iterator[yaml.Node]:
        """Walk a sequence; empty for a missing node, whose problem is already noted."""
        if isinstance(node, yaml.SequenceNode):
            yield from node.value
        elif node is not None:
            self.blame(node, f"{what} is not a list")

    def text(self, node: yaml.Node | None, what: str) -> str:
        """Give a scalar as it is written; empty for a missing node."""
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        if node is not None:
            self.blame(node, f"{what} is not plain text")
        return ""


def line_of(node: yaml.Node) -> int:
    """Give the line of `node`, counted from 1."""
    return int(node.start_mark.line) + 1
