"""A real ks instead of this tool's own, without its known faults: each function takes the program's name or path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from releasing.clients.ksonnet.app import App, Environment
from releasing.clients.ksonnet.environments import Destination
from releasing.clients.ksonnet.import_scan import require_inside
from releasing.clients.ksonnet.params import known_components
from releasing.clients.ksonnet.params import set_param as set_surgically
from releasing.errors import ConfigError, UnmetError
from releasing.shell.environment import clean_environment, without_secrets
from releasing.shell.programs import Shell, silent

Object = dict[str, Any]

LEFT_TO_IT = ("env set", "generate", "init", "pkg install", "registry add", "registry list", "version")
# Values that every ks writes as text; any other value may become a number, a literal or an error.
SAFE = re.compile(r"(?!(true|false|null|inf|infinity|nan)$)[A-Za-z][A-Za-z0-9 ._/:;,=@-]*", re.IGNORECASE)


def shell(show: Callable[[str], None] = silent) -> Shell:
    """A shell for it: it runs the repository's code, which gets no secrets of ours."""
    return Shell(without_secrets(clean_environment()), show=show)


def render(sh: Shell, program: str, app: App, environment: Environment, component: str) -> list[Object]:
    """The output of `ks show` for one component; raises UsageError for an unknown one, where ks prints nothing."""
    file = app.component(component)
    require_inside(app)
    show = sh[program]["show", environment.name, "-c", component, "-o", "json"]
    objects = _objects(sh.read(show.within(str(app.folder))))
    if not objects:
        raise ConfigError(f"{file}: {program} shows no objects", f"run: {show}")
    return objects


def set_param(
    sh: Shell, program: str, app: App, environment: Environment | None, component: str, name: str, value: str
) -> bool:
    """Set a parameter, and read it back; returns whether the file changed.

    A value that ks would not write as text is written here, without ks. Raises UsageError for an unknown component,
    UnmetError when ks wrote another value.
    """
    from releasing.clients.ksonnet.render import params_of  # noqa: PLC0415  (to evaluate jsonnet takes a moment to load)

    known_components(app, component)
    if not SAFE.fullmatch(value):
        return set_surgically(app, environment, component, name, value)
    file = app.params_file(environment)
    before = file.read_bytes()
    place = [f"--env={environment.name}"] if environment else []
    command = sh[program][("param", "set", *place, component, name, value)]
    sh.read(command.within(str(app.folder)))
    written = params_of(app, environment, component)[component].get(name)
    if written != value:
        raise UnmetError(
            f"{file}: {component}.{name} is {json.dumps(written)}, not {json.dumps(value)}", f"run: {command}"
        )
    return file.read_bytes() != before


def add_environment(sh: Shell, program: str, app: App, name: str, destination: Destination) -> bool:
    """Add an environment that is not there yet."""
    options = (f"--server={destination.server}", f"--namespace={destination.namespace}")
    sh.read(sh[program][("env", "add", name, *options)].within(str(app.folder)))
    return True


def _objects(text: str) -> list[Object]:
    """The objects in the output of ks: a List from 0.11 and later, or one object after the other."""
    found: list[Object] = []
    decoder, place = json.JSONDecoder(), 0
    text = text.strip()
    while place < len(text):
        value, place = decoder.raw_decode(text, place)
        found += (value.get("items") or []) if value.get("kind") == "List" else [value]
        while place < len(text) and text[place].isspace():
            place += 1
    return found
