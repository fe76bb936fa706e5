"""Prototypes: the templates in packages from which ks generate makes components, read from their own comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from releasing.clients.ksonnet.app import App
from releasing.clients.ksonnet.params import read_text
from releasing.errors import ConfigError, UsageError

TYPES = ("number", "string", "numberOrString", "object", "array")
IMPORT = re.compile(r"""import\s+(?P<quote>["'])(?P<kind>param|env)://(?P<name>[^"']+)(?P=quote)""")


@dataclass(frozen=True)
class PrototypeParameter:
    """A parameter of a prototype; without a default it must be given."""

    name: str
    type: str
    default: str | None
    text: str


@dataclass(frozen=True)
class Prototype:
    """A template: its full name, its parameters, the jsonnet of the component."""

    path: Path
    name: str
    parameters: tuple[PrototypeParameter, ...]
    body: str

    @property
    def required(self) -> tuple[PrototypeParameter, ...]:
        """The parameters that must be given."""
        return tuple(each for each in self.parameters if each.default is None)


def prototypes(app: App) -> tuple[Prototype, ...]:
    """Every prototype in the packages of an app, by name; raises ConfigError for a prototype that cannot be read."""
    folders = [app.folder / "vendor", app.folder / "lib"]
    paths = sorted(path for folder in folders for path in folder.glob("**/prototypes/**/*.jsonnet"))
    return tuple(sorted((read_prototype(path) for path in paths), key=lambda each: each.name))


def find_prototype(app: App, query: str) -> Prototype:
    """The only prototype whose name is, or else ends with, `query`; raises UsageError unless exactly one matches."""
    known = prototypes(app)
    found = [each for each in known if each.name == query]
    found = found or [each for each in known if each.name.endswith(query)]
    if len(found) == 1:
        return found[0]
    names = "".join(f"\n    {each.name}: {each.path.relative_to(app.folder)}" for each in found)
    if found:
        raise UsageError(f"prototype '{query}' is ambiguous:{names}", "write the whole name")
    near = [each.name for each in known if query in each.name] or [each.name for each in known]
    raise UsageError(
        f"{app.folder}: no prototype has a name that ends with '{query}' (known: {', '.join(near) or 'none'})",
        "ks pkg install REGISTRY/PACKAGE@VERSION brings prototypes into vendor/",
    )


def read_prototype(path: Path) -> Prototype:
    """A prototype from its file; raises ConfigError for a heading that ks would not read."""
    lines = read_text(path).split("\n")
    heading, rest = _heading(lines)
    parameters: list[PrototypeParameter] = []
    name = ""
    for tag, text in _fields(heading, path):
        if tag == "@name":
            name = text
        elif tag in ("@param", "@optionalParam"):
            parameters.append(_parameter(tag, text, path))
    if not name:
        raise ConfigError(
            f"{path}: no `// @name NAME` in the comment at its top", "a prototype of ks requires it"
        )
    body = "\n".join(rest[1:] if rest and not rest[0].strip() else rest)
    return Prototype(path, name, tuple(parameters), IMPORT.sub(_reference, body))


def _heading(lines: list[str]) -> tuple[list[str], list[str]]:
    """The comment at the top, without its slashes, and the lines from the first other one on."""
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    stop = start
    while stop < len(lines) and lines[stop].strip().startswith("//"):
        stop += 1
    return [line.strip().removeprefix("//").removeprefix(" ") for line in lines[start:stop]], lines[stop:]


def _fields(heading: list[str], path: Path) -> Iterator[tuple[str, str]]:
    """Every @tag with its text, which goes on in indented lines."""
    tag, texts = "", [""]
    for line in heading:
        if line.startswith("@"):
            if tag:
                yield tag, "\n".join(texts)
            tag, _, text = line.partition(" ")
            texts = [text.strip()]
        elif line.strip() and not line.startswith(" "):
            raise ConfigError(
                f"{path}: '{line}' in its heading belongs to no field", "indent lines that continue a field"
            )
        elif line.strip():
            texts.append(line.strip())
    if tag:
        yield tag, "\n".join(texts)


def _parameter(tag: str, text: str, path: Path) -> PrototypeParameter:
    wanted = ["NAME", "TYPE", *(["DEFAULT"] if tag == "@optionalParam" else []), "TEXT"]
    words = text.split(" ", len(wanted) - 1)
    if len(words) < len(wanted) or words[1] not in TYPES:
        raise ConfigError(
            f"{path}: `{tag} {text}` is not `{tag} {' '.join(wanted)}` (types: {', '.join(TYPES)})",
            "correct the prototype's heading",
        )
    default = words[2] if tag == "@optionalParam" else None
    return PrototypeParameter(words[0], words[1], default, words[-1])


def _reference(found: re.Match[str]) -> str:
    """What ks writes for `import "param://port"`: params.port."""
    return f"{'params' if found['kind'] == 'param' else 'env'}.{found['name']}"
