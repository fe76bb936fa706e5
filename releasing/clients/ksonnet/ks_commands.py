"""The commands of ks: each gets the folder where it is run and its options, and prints what it did."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from releasing.clients.ksonnet import real
from releasing.clients.ksonnet.app import App, Environment, find_app
from releasing.clients.ksonnet.apply import apply, require_server
from releasing.clients.ksonnet.creation import create
from releasing.clients.ksonnet.environments import (
    VERSION,
    Destination,
    add_environment,
    destination_of,
    set_environment,
)
from releasing.clients.ksonnet.packages.generate import generate
from releasing.clients.ksonnet.packages.installation import install_package
from releasing.clients.ksonnet.packages.package_registries import add_registry
from releasing.clients.ksonnet.packages.prototype import find_prototype
from releasing.clients.ksonnet.params import set_param
from releasing.errors import UsageError
from releasing.shell.programs import Shell


def carry_out(options: argparse.Namespace, folder: Path) -> None:
    """Run the command that grammar.read() returned, in the app around `folder`."""
    name = " ".join(filter(None, (options.command, getattr(options, "action", ""))))
    if options.program and name in real.LEFT_TO_IT:
        sh = real.shell(print)
        sh.run(sh[options.program][tuple(options.words)].within(str(folder)))
    elif name == "version":
        print("ks: the release tool's own subset of ksonnet 0.9.2")
    elif name == "init":
        _init(folder, options)
    else:
        COMMANDS[name](find_app(folder), options)


def _init(folder: Path, options: argparse.Namespace) -> None:
    place, destination = folder / (options.dir or options.name), _destination(options)
    made = create(place, options.name, destination, options.env, _version(options))
    print(
        f"{place}: {'app created' if made else 'already there'}, {destination.server} in {destination.namespace}"
    )


def _registry_add(app: App, options: argparse.Namespace) -> None:
    added = add_registry(Shell(), app, options.name, options.uri, options.version)
    print(f"registry {options.name}: {'added' if added else 'already there'}, {options.uri}")


def _registry_list(app: App, _options: argparse.Namespace) -> None:
    rows = [("NAME", "PROTOCOL", "VERSION", "URI")]
    rows += [(each.name, each.protocol, each.version, each.uri) for each in app.registries]
    _print_table(rows)


def _pkg_install(app: App, options: argparse.Namespace) -> None:
    installed = install_package(Shell(), app, options.package)
    print(f"package {options.package}: {'installed' if installed else 'already there'}")


def _env_add(app: App, options: argparse.Namespace) -> None:
    destination, version = _destination(options), _version(options)
    if options.program and all(each.name != options.env for each in app.environments):
        added = real.add_environment(real.shell(), options.program, app, options.env, destination)
    else:
        added = add_environment(app, options.env, destination, version)
    where = f"{destination.server} in {destination.namespace}"
    print(f"environment {options.env}: {'added' if added else 'already there'}, {where}")


def _destination(options: argparse.Namespace) -> Destination:
    """The cluster and namespace that options name; as in ks, a server without a namespace is in 'default'."""
    if options.server and options.context:
        raise UsageError(
            "--context and --server exclude each other", "a context has a server: give one of them"
        )
    if options.server:
        return Destination(options.server, options.namespace or "default")
    found = destination_of(Shell(), options.context)
    return Destination(found.server, options.namespace or found.namespace)


def _version(options: argparse.Namespace) -> str:
    kind, _, version = str(options.api_spec or f"version:{VERSION}").partition(":")
    if kind != "version" or not version:
        raise UsageError(
            f"--api-spec={options.api_spec}: expected version:vX.Y.Z", f"such as version:{VERSION}"
        )
    return version


def _env_list(app: App, _options: argparse.Namespace) -> None:
    rows = [("NAME", "KUBERNETES-VERSION", "NAMESPACE", "SERVER")]
    rows += [(each.name, each.version, each.namespace, each.server) for each in app.environments]
    _print_table(rows)


def _env_set(app: App, options: argparse.Namespace) -> None:
    if not (options.name or options.namespace or options.server):
        raise UsageError("ks env set: nothing to set", "give --server=, --namespace= or --name=")
    wanted = {"server": options.server, "namespace": options.namespace, "rename": options.name}
    changed = set_environment(app, options.env, **wanted)
    print(f"environment {options.env}: {'set' if changed else 'already so'}")


def _generate(app: App, options: argparse.Namespace) -> None:
    path = generate(app, find_prototype(app, options.prototype), options.component, options.flags)
    print(f"{path.relative_to(app.folder)}: written")


def _param_set(app: App, options: argparse.Namespace) -> None:
    environment = _environment(app, options)
    wanted = (options.component, options.name, options.value)
    if options.program:
        changed = real.set_param(real.shell(), options.program, app, environment, *wanted)
    else:
        changed = set_param(app, environment, *wanted)
    path = app.params_file(environment).relative_to(app.folder)
    verb = "set" if changed else "is already"
    print(f"{path}: {options.component}.{options.name} {verb} {json.dumps(options.value)}")


def _environment(app: App, options: argparse.Namespace) -> Environment | None:
    return app.environment(options.env) if options.env else None


def _param_list(app: App, options: argparse.Namespace) -> None:
    from releasing.clients.ksonnet.render import params_of  # noqa: PLC0415  (to evaluate jsonnet takes a moment to load)

    rows = [("COMPONENT", "PARAM", "VALUE")]
    for component, params in params_of(app, _environment(app, options), options.component).items():
        rows += [(component, name, json.dumps(value)) for name, value in sorted(params.items())]
    _print_table(rows)


def _param_diff(app: App, options: argparse.Namespace) -> None:
    from releasing.clients.ksonnet.render import params_of  # noqa: PLC0415

    sides = [
        {
            (component, name): json.dumps(value)
            for component, params in params_of(app, app.environment(env), options.component).items()
            for name, value in params.items()
        }
        for env in (options.first, options.second)
    ]
    differing = sorted(set(sides[0].items()) ^ set(sides[1].items()))
    if not differing:
        print("no differences")
        return
    rows: list[tuple[str, ...]] = [("COMPONENT", "PARAM", options.first, options.second)]
    keys = dict.fromkeys(key for key, _ in differing)
    rows += [(*key, *(side.get(key, "") for side in sides)) for key in keys]
    _print_table(rows)


def _show(app: App, options: argparse.Namespace) -> None:
    from releasing.clients.ksonnet.rendered_text import as_text  # noqa: PLC0415

    environment = app.environment(options.env)
    objects = [each for name in options.components for each in _objects(app, environment, name, options)]
    print(as_text(objects, options.format))


def _apply(app: App, options: argparse.Namespace) -> None:
    sh, environment = Shell(), app.environment(options.env)
    objects = {name: _objects(app, environment, name, options) for name in options.components}
    if not options.any_server and os.environ.get("KS_CHECK_SERVER") != "0":
        require_server(sh, environment)
    for name, each in objects.items():
        apply(sh, each, environment, app.component(name), print, dry_run=options.dry_run)


def _objects(
    app: App, environment: Environment, component: str, options: argparse.Namespace
) -> list[dict[str, Any]]:
    if options.program:
        return real.render(real.shell(), options.program, app, environment, component)
    from releasing.clients.ksonnet.render import render  # noqa: PLC0415

    return render(app, environment, component)


def _print_table(rows: Iterable[tuple[str, ...]]) -> None:
    """Rows in columns, the first underlined, as ks prints them."""
    first, *rest = rows
    lines = [first, tuple("=" * len(name) for name in first), *rest]
    widths = [max(len(row[column]) for row in lines) for column in range(len(first))]
    for row in lines:
        print(" ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip())


COMMANDS: dict[str, Callable[[App, argparse.Namespace], None]] = {
    "apply": _apply,
    "env add": _env_add,
    "env list": _env_list,
    "env set": _env_set,
    "generate": _generate,
    "param diff": _param_diff,
    "param list": _param_list,
    "param set": _param_set,
    "pkg install": _pkg_install,
    "registry add": _registry_add,
    "registry list": _registry_list,
    "show": _show,
}
