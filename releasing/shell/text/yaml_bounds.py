"""How deep and how large YAML may be: what nobody writes by hand would take a parser's stack, or all memory."""

from __future__ import annotations

import re
from typing import Any, NoReturn

import yaml

# The C parser is about ten times faster, but not in every build of PyYAML.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 100  # levels
MOST_VALUES = 1_000_000  # values, with each alias counted as what it stands for
# Text without an alias, many brackets or far indentation can be neither deep nor larger than it looks.
HARMLESS_BRACKETS = DEEPEST // 2
SUSPICIOUS = re.compile(rf"&|\0|^[-?:\s]{{{DEEPEST // 2}}}", re.MULTILINE)


class UnboundedError(yaml.MarkedYAMLError):
    """The text is nested too deeply, or its aliases stand for too much."""


def compose(text: str | bytes, loader: type = LOADER) -> yaml.Node | None:
    """The root node of the document `text`; a YAMLError for anything else, or for what is out of bounds."""
    seen = text if isinstance(text, str) else text.decode("latin-1")
    if SUSPICIOUS.search(seen) or seen.count("[") + seen.count("{") > HARMLESS_BRACKETS:
        measure = _Measure()
        for event in yaml.parse(text, Loader=LOADER):
            measure.take(event)
    root: yaml.Node | None = yaml.compose(text, Loader=loader)
    return root


class _Measure:
    """Depth and size of YAML that is read event by event, so that nothing is built of it."""

    def __init__(self) -> None:
        self.values = 0
        self.sizes: dict[str, int] = {}  # of what each anchor stands for
        self.inside: list[
            tuple[str | None, int]
        ] = []  # open collections: their anchor, the values before them

    def take(self, event: Any) -> None:
        """Count `event`. Raises UnboundedError where the bounds are passed."""
        if isinstance(event, yaml.CollectionStartEvent):
            self.inside.append((event.anchor, self.values))
            self.values += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self.inside.pop()
            self._remember(anchor, self.values - before)
        elif isinstance(event, yaml.AliasEvent):
            self.values += self.sizes.get(event.anchor or "", 1)
        elif isinstance(event, yaml.ScalarEvent):
            self.values += 1
            self._remember(event.anchor, 1)
        if len(self.inside) > DEEPEST:
            _refuse(event, f"nested more than {DEEPEST} levels deep")
        if self.values > MOST_VALUES:
            _refuse(event, f"its aliases stand for more than {MOST_VALUES} values")

    def _remember(self, anchor: str | None, size: int) -> None:
        if anchor:
            self.sizes[anchor] = size


def _refuse(event: Any, problem: str) -> NoReturn:
    raise UnboundedError(problem=problem, problem_mark=event.start_mark)
