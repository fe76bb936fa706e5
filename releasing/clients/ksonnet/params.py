"""Edit a params.libsonnet in place: only the line of the changed parameter, everything else byte for byte.

Values are always written as quoted strings: ks 0.9.2 wrote 01234567 bare, which made the app unreadable, and
later versions turned the short commit 12345e67 into a number.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Mapping
from pathlib import Path

from releasing.clients.ksonnet.app import App, Environment, unknown_component
from releasing.clients.ksonnet.source import Block, block_at, closing, components_of
from releasing.errors import ConfigError, PreconditionError, UsageError
from releasing.references.file_syntax import fault
from releasing.shell.files import replace_text

# ks puts every name in quotes that is not of letters alone.
IDENTIFIER = re.compile(r"[A-Za-z_]+")
KEYWORD = re.compile(
    r"assert|else|error|false|for|function|if|import|importstr|in|local|null|self|super|tailstrict|then|true"
)


def set_param(app: App, environment: Environment | None, component: str, name: str, value: str) -> bool:
    """Set a parameter in the file of the environment, or of the components; returns whether the file changed.

    Raises UsageError for an unknown component, ConfigError for a file without a components object.
    """
    known_components(app, component)
    path = app.params_file(environment)
    before = read_text(path)
    after = with_param(before, path, component, name, encoded(value), overrides=environment is not None)
    if after == before:
        return False
    if found := fault(str(path), after.encode()):
        raise ConfigError(
            f"{found}: with {component}.{name} set", "nothing was written; edit the file by hand"
        )
    replace_text(path, after)
    return True


def known_components(app: App, component: str) -> tuple[str, ...]:
    """The components that have parameters; raises UsageError that lists them when `component` is not among them."""
    base = app.params_file(None)
    known = tuple(field.name for field in components_of(read_text(base), base).fields)
    if component not in known:
        raise unknown_component(base, component, known)
    return known


def with_param(text: str, path: Path, component: str, name: str, literal: str, *, overrides: bool) -> str:
    """`text` with a parameter set to a literal; a missing block is added, as `NAME+:` when it overrides."""
    components = components_of(text, path)
    field = components.field(component)
    if field is None:
        # As ks writes it, or as jsonnetfmt does, whichever the file is in.
        colon = (" +:" if "components +:" in text else "+:") if overrides else ":"
        nested = f"{key(component)}{colon} {{}}"
        text = _insert(text, components, component, nested)
        field = components_of(text, path).field(component)
    if field is None or field.value[0].text != "{" or closing(field.value, 0) != len(field.value) - 1:
        raise ConfigError(f"{path}: components.{component} is not a plain object", "edit it by hand")
    block = block_at(field.value, 0)
    known = block.field(name)
    if known is None:
        return _insert(text, block, name, f"{key(name)}: {literal}")
    return text[: known.value[0].start] + literal + text[known.value[-1].end :]


def with_component(text: str, path: Path, component: str, literals: Mapping[str, str]) -> str:
    """`text` with a new block for a component, after all others, its parameters in order."""
    components = components_of(text, path)
    line_end, indent = _line_end(text), _indent(text, components.closes)
    lines = [f"  {key(component)}: {{"]
    lines += [f"    {key(name)}: {literals[name]}," for name in sorted(literals)]
    block = "".join(f"{indent}{line}{line_end}" for line in [*lines, "  },"])
    head = text[: components.closes]
    if components.fields and not components.fields[-1].comma:
        end = components.fields[-1].end
        head = f"{head[:end]},{head[end:]}"
    start = head.rstrip(" \t")
    return (start if start.endswith("\n") else start + line_end) + block + indent + text[components.closes :]


def read_text(path: Path) -> str:
    """The text of a params file with its own line ends; raises PreconditionError or ConfigError."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise PreconditionError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8: {error}") from None


def key(name: str) -> str:
    """A field's name in jsonnet, in quotes where ks would put them."""
    return name if IDENTIFIER.fullmatch(name) and not KEYWORD.fullmatch(name) else encoded(name)


def encoded(value: str) -> str:
    """A jsonnet string literal; JSON's escapes are jsonnet's too."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{value!r}: not UTF-8") from None
    return json.dumps(value, ensure_ascii=False)


def _insert(text: str, block: Block, name: str, field: str) -> str:
    """`text` with `field` added to `block`: in order where its fields are sorted, else as the last."""
    names = [each.name for each in block.fields]
    place = bisect(names, name) if names == sorted(names) else len(names)
    before = block.fields[place - 1] if place else None
    start = before.end if before else block.opens + 1
    stop = block.fields[place].start if place < len(names) else block.closes
    head, gap = text[:start] + ("," if before and not before.comma else ""), text[start:stop]
    if not names and "\n" not in gap:
        indent, line_end = _indent(text, block.closes), _line_end(text)
        return f"{head}{line_end}{indent}  {field},{line_end}{indent}{text[block.closes :]}"
    if "\n" not in gap:
        rest = text[start:].lstrip(" ")
        return f"{head} {field}{', ' if stop < block.closes else ' '}{rest}"
    if before is None:
        # After a heading comment, before the first field or the closing brace.
        line = text.rindex("\n", 0, stop) + 1
        indent = _indent(text, stop) + ("" if names else "  ")
        return f"{text[:line]}{indent}{field},{_line_end(text)}{text[line:]}"
    line = start + gap.index("\n") + 1
    return f"{head}{text[start:line]}{_indent(text, before.start)}{field},{_line_end(text)}{text[line:]}"


def _indent(text: str, place: int) -> str:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip())]


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
