"""Make a component from a prototype: components/NAME.jsonnet, and its parameters in components/params.libsonnet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from releasing.clients.ksonnet.app import App
from releasing.clients.ksonnet.environments import require_name
from releasing.clients.ksonnet.packages.prototype import Prototype, PrototypeParameter
from releasing.clients.ksonnet.params import encoded, key, read_text, with_component
from releasing.clients.ksonnet.source import components_of
from releasing.errors import ConfigError, PreconditionError, UsageError
from releasing.references.file_syntax import fault
from releasing.shell.files import replace_text

NONE = "{\n  components: {\n  },\n}\n"


def generate(app: App, prototype: Prototype, name: str, flags: Sequence[str]) -> Path:
    """Write the component `name`, with `flags` as `--PARAMETER=VALUE`; returns its file.

    Raises UsageError for unknown and for missing flags, PreconditionError when a component has that name,
    ConfigError when a value makes params.libsonnet unreadable.
    """
    require_name("component", name)
    if "/" in name:
        raise UsageError(
            f"component '{name}': this ks does not support modules", "choose a name without a slash"
        )
    path, file = app.folder / "components" / f"{name}.jsonnet", app.params_file(None)
    before = read_text(file)
    values = {"name": name} | read_flags(prototype, flags)
    literals = {each.name: _literal(each, values) for each in _filled(prototype, values)}
    if path.exists():
        raise PreconditionError(f"{path}: a component {name} already exists", _other(name))
    after = _with_component(file, before, name, literals)
    if found := fault(str(file), after.encode()):
        raise ConfigError(
            f"{found}: with the parameters of {name}", "nothing was written; correct the values"
        )
    replace_text(file, after)
    replace_text(path, component_text(prototype, name))
    return path


def component_text(prototype: Prototype, name: str) -> str:
    """The file of a component: how it gets its parameters, and the prototype's body."""
    place = f".{name}" if key(name) == name else f"[{encoded(name)}]"
    return (
        'local env = std.extVar("__ksonnet/environments");\n'
        f'local params = std.extVar("__ksonnet/params").components{place};\n{prototype.body}'
    )


def read_flags(prototype: Prototype, flags: Sequence[str]) -> dict[str, str]:
    """`--NAME=VALUE` or `--NAME VALUE` as values by name; raises UsageError that names every unknown parameter."""
    words, values = list(flags), {}
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            raise UsageError(f"'{word}': expected --PARAMETER=VALUE", _offered(prototype))
        flag, equals, value = word.removeprefix("--").partition("=")
        if not equals and not words:
            raise UsageError(f"{word} needs a value", f"{word}=VALUE")
        values[flag] = value if equals else words.pop(0)
    unknown = [name for name in values if name not in {each.name for each in prototype.parameters}]
    if unknown:
        named = ", ".join(f"--{name}" for name in unknown)
        raise UsageError(f"prototype {prototype.name} has no {named}", _offered(prototype))
    return values


def _filled(prototype: Prototype, values: dict[str, str]) -> tuple[PrototypeParameter, ...]:
    """The parameters of a prototype with their values; each required parameter must have a value."""
    lacking = [each for each in prototype.required if not values.get(each.name)]
    if lacking:
        lines = "".join(f"\n    --{each.name}: {each.text}" for each in lacking)
        raise UsageError(f"prototype {prototype.name} needs:{lines}", "give each as --PARAMETER=VALUE")
    return prototype.parameters


def _literal(parameter: PrototypeParameter, values: dict[str, str]) -> str:
    """A value in jsonnet, as its parameter's type says."""
    value = values.get(parameter.name, parameter.default or "")
    if parameter.type in ("object", "array"):
        return value
    if parameter.type == "string":
        return encoded(value)
    if _is_number(value):
        return value
    if parameter.type == "number":
        raise UsageError(f"--{parameter.name}: '{value}' is not a number", parameter.text)
    return encoded(value)


def _is_number(value: str) -> bool:
    try:
        return type(json.loads(value)) in (int, float)
    except json.JSONDecodeError:
        return False


def _with_component(file: Path, before: str, name: str, literals: dict[str, str]) -> str:
    block = _block(before, file, name)
    after = with_component(before, file, name, literals) if block is None else before
    # A killed run leaves its parameters without a component; any other parameters belong to somebody else.
    if block is not None and block != _block(with_component(NONE, file, name, literals), file, name):
        raise PreconditionError(f"{file}: parameters of a component {name} already exist", _other(name))
    return after


def _block(text: str, file: Path, name: str) -> list[str] | None:
    """The lines of a component's parameters, if it has any, without their indent."""
    field = components_of(text, file).field(name)
    return [line.strip() for line in text[field.start : field.end].splitlines()] if field else None


def _other(name: str) -> str:
    return f"choose another name, or change it: ks param set {name} NAME VALUE"


def _offered(prototype: Prototype) -> str:
    return "known: " + ", ".join(f"--{each.name}" for each in prototype.parameters)
