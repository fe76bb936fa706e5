"""Render a ksonnet app without ks: the result equals the output of ks 0.9.2 and 0.11 when parsed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from releasing.clients.ksonnet.app import App, Environment
from releasing.errors import ConfigError, UsageError
from releasing.jsonnet.evaluation import Evaluated, Snippet, evaluated, value_of
from releasing.jsonnet.imports import checkout_of

Object = dict[str, Any]

FRAME = re.compile(r"^\t(?P<path>[^\s<].*?):\(?(?P<line>\d+)[:)]", re.MULTILINE)
SYNTAX = re.compile(r"(?P<path>/.+?):\(?(?P<line>\d+):\d+\)?\S* (?P<message>.*)")
LIBRARY = "k.libsonnet"
# The real k.libsonnet imports 2.4 MB of k8s.libsonnet, of which release apps use only this.
STUB = """
{
  core: { v1: { list: {
    new(items): { apiVersion: "v1", kind: "List", items: if std.isArray(items) then items else [items] },
  } } },
}
"""


def render(
    app: App, environment: Environment, component: str, given: Mapping[str, str] | None = None
) -> list[Object]:
    """The Kubernetes objects of one component in an environment; raises UsageError or ConfigError.

    `given` are parameters that replace those in the app's files.
    """
    main = app.folder / "environments" / environment.path / "main.jsonnet"
    variables = {
        "__ksonnet/params": json.dumps(_with(params(app, environment), component, given or {})),
        "__ksonnet/components": f"{{ {json.dumps(component)}: {_import(app.component(component))} }}",
        "__ksonnet/environments": _destination(environment),
    }
    return list(_objects(_evaluated(app, environment, main, variables), f"{main}: {component}"))


def params(app: App, environment: Environment | None) -> Object:
    """The evaluated params of an environment, or of the components alone: an object with `components`."""
    base = app.params_file(None)
    file = app.params_file(environment)
    variables = {"__ksonnet/params": _import(base)} if environment else {}
    value = _evaluated(app, environment, file, variables)
    if not isinstance(value, dict) or not isinstance(value.get("components"), dict):
        raise ConfigError(f"{file}: expected an object with `components`")
    return value


def _with(found: Object, component: str, given: Mapping[str, str]) -> Object:
    components = found["components"]
    return found | {"components": components | {component: components.get(component, {}) | {**given}}}


def params_of(app: App, environment: Environment | None, component: str = "") -> dict[str, Object]:
    """The parameters of every component by name, or of one component; raises UsageError for an unknown one."""
    components: dict[str, Object] = params(app, environment)["components"]
    if component and component not in components:
        known = ", ".join(components) or "none"
        raise UsageError(f"{app.folder}: no component '{component}' has parameters (known: {known})")
    return {component: components[component]} if component else components


def _evaluated(app: App, environment: Environment | None, file: Path, variables: Mapping[str, str]) -> Any:
    """The value of a jsonnet file; first with our stub of k.libsonnet, because the real one is slow."""
    if not file.is_file():
        raise ConfigError(f"{file}: no such file", "expected the layout that ks init and ks env add create")
    folders = _search_path(app, environment)
    found = _evaluate(app, file, folders, variables, {LIBRARY: STUB})
    if found.failure and any((folder / LIBRARY).is_file() for folder in folders):
        found = _evaluate(app, file, folders, variables, {})
    if found.failure:
        raise ConfigError(_explained(found.failure, file))
    return value_of(found.value, file)


def _evaluate(
    app: App, file: Path, folders: tuple[Path, ...], variables: Mapping[str, str], given: Mapping[str, str]
) -> Evaluated:
    root, copies = str(checkout_of(app.folder)), _versioned(app)
    snippet = Snippet(str(file), None, root, tuple(map(str, folders)), copies, given, variables)
    return evaluated([snippet])[0]


def _search_path(app: App, environment: Environment | None) -> tuple[Path, ...]:
    """Where ks looks for imports, after the importing file's own folder."""
    folders = [app.folder / "vendor", app.folder / "lib"]
    if environment:
        own = app.folder / "environments" / environment.path
        folders = [app.folder / "lib" / environment.version, own / ".metadata", own, *folders]
    return (*folders, app.folder / "environments")


def _versioned(app: App) -> dict[str, str]:
    """Packages as ks 0.12 and later copy them, with their version in the folder's name: imports leave it out."""
    vendor = app.folder / "vendor"
    return {
        f"{each.registry}/{each.name}/": str(vendor / each.registry / f"{each.name}@{each.version}")
        for each in app.libraries
    }


def _objects(value: Any, where: str) -> Iterator[Object]:
    """The objects in the value of main.jsonnet: nested lists, lists of Kubernetes, and plain nesting."""
    if isinstance(value, list):
        for each in value:
            yield from _objects(each, where)
    elif isinstance(value, dict) and value.get("kind") == "List":
        yield from _objects(value.get("items", []), where)
    elif isinstance(value, dict) and {"apiVersion", "kind"} <= value.keys():
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _objects(each, where)
    else:
        raise ConfigError(f"{where}: evaluates to {json.dumps(value)}, not to Kubernetes objects")


def _import(path: Path) -> str:
    return f"import {json.dumps(str(path))}"


def _destination(environment: Environment) -> str:
    return json.dumps({"server": environment.server, "namespace": environment.namespace})


def _explained(trace: str, file: Path) -> str:
    """One line on a jsonnet failure: where it happened first, and its message."""
    message = trace.removeprefix("RUNTIME ERROR: ").split("\n\t")[0].strip()
    if found := SYNTAX.match(message):
        return f"{found['path']}:{found['line']}: {found['message']}"
    if found := FRAME.search(trace):
        return f"{found['path']}:{found['line']}: {message}"
    return f"{file}: {message}"
