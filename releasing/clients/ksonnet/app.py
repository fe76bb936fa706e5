"""A ksonnet app as files: its folder, its environments from app.yaml, its components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from releasing.clients.ksonnet import spec_files
from releasing.errors import ConfigError, PreconditionError, UsageError

KIND = "ksonnet.io/app"


@dataclass(frozen=True)
class Environment:
    """Where an app is applied: a cluster's server and a namespace, and its folder in environments/."""

    name: str
    server: str
    namespace: str
    version: str
    path: str


@dataclass(frozen=True)
class Library:
    """A package that was copied into vendor/: its registry and its version."""

    name: str
    registry: str
    version: str
    commit: str


@dataclass(frozen=True)
class PackageRegistry:
    """A place that an app takes packages from: a folder on GitHub at a version, or on this machine."""

    name: str
    protocol: str
    uri: str
    version: str
    commit: str


@dataclass(frozen=True)
class App:
    """A folder with an app.yaml, and what that file and the components folder declare.

    `pins_by_git` says that app.yaml names versions with their commits, as ks does up to 0.11; `spec_files` that
    environments are files of their own, as up to 0.8.
    """

    folder: Path
    environments: tuple[Environment, ...]
    components: tuple[str, ...]
    registries: tuple[PackageRegistry, ...] = ()
    libraries: tuple[Library, ...] = ()
    pins_by_git: bool = True
    name: str = ""
    spec_files: bool = False

    @property
    def file(self) -> Path:
        """The app.yaml."""
        return self.folder / "app.yaml"

    def environment(self, name: str) -> Environment:
        """The environment `name`; raises UsageError that names the known ones."""
        for each in self.environments:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.environments) or "none"
        raise UsageError(f"{self.folder}/app.yaml: no environment '{name}' (known: {known})")

    def component(self, name: str) -> Path:
        """The file of the component `name`; raises UsageError that names the known ones."""
        if name not in self.components:
            raise unknown_component(self.folder / "components", name, self.components)
        return self.folder / "components" / f"{name}.jsonnet"

    def params_file(self, environment: Environment | None) -> Path:
        """The params.libsonnet of an environment, or of the components."""
        folder = f"environments/{environment.path}" if environment else "components"
        return self.folder / folder / "params.libsonnet"


def unknown_component(where: Path, name: str, known: tuple[str, ...]) -> UsageError:
    """The error for a component that `where` does not have; ks itself would do nothing and exit 0."""
    return UsageError(f"{where}: no component '{name}' (known: {', '.join(known) or 'none'})")


def find_app(start: Path) -> App:
    """The app that `start` lies in; raises PreconditionError when no folder above has an app.yaml."""
    for folder in (start, *start.parents):
        if (folder / "app.yaml").is_file():
            return read_app(folder)
    raise PreconditionError(
        f"{start}: not in a ksonnet app: no app.yaml here or above",
        "cd to the app, for example releasing/releaser",
    )


def read_app(folder: Path) -> App:
    """Read app.yaml in `folder`; raises ConfigError with all that is wrong in it."""
    where = folder / "app.yaml"
    try:
        # BaseLoader keeps every scalar as text: `version: 1.10` stays 1.10.
        content = yaml.load(where.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: not valid YAML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{where}: nested too deeply for an app.yaml") from None
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise ConfigError(f"{where}: kind is not {KIND}", "run ks in a ksonnet app")
    problems: list[str] = []
    environments = tuple(
        _environment(name, entry, problems) for name, entry in _mapping(content, "environments").items()
    )
    early = content.get("apiVersion") == "0.0.1" and not environments
    if early:
        found = spec_files.destinations(folder)
        environments = tuple(Environment(name, server, space, "", name) for name, server, space in found)
    if problems:
        raise ConfigError("\n".join(f"{where}: {problem}" for problem in problems))
    components = sorted(path.stem for path in (folder / "components").glob("*.jsonnet"))
    registries = (_registry(name, entry) for name, entry in _mapping(content, "registries").items())
    libraries = (_library(name, entry) for name, entry in _mapping(content, "libraries").items())
    old = str(content.get("apiVersion", "")) in ("0.0.1", "0.1.0")
    return App(
        folder,
        environments,
        tuple(components),
        tuple(registries),
        tuple(libraries),
        old,
        str(content.get("name", "")),
        early,
    )


def _environment(name: str, entry: object, problems: list[str]) -> Environment:
    fields = entry if isinstance(entry, dict) else {}
    destination = _mapping(fields, "destination")
    server, namespace = destination.get("server"), destination.get("namespace", "default")
    if not isinstance(server, str) or not isinstance(namespace, str):
        problems.append(f"environments.{name}.destination: needs a server, and a namespace as text")
    if name.startswith("-"):
        problems.append(f"environments.{name}: a name that a program would take for an option")
    version = str(fields.get("k8sVersion", ""))
    return Environment(name, str(server), str(namespace), version, str(fields.get("path", name)))


def _registry(name: str, entry: object) -> PackageRegistry:
    fields = entry if isinstance(entry, dict) else {}
    protocol, uri = str(fields.get("protocol", "")), str(fields.get("uri", ""))
    return PackageRegistry(name, protocol, uri, *_version(fields))


def _library(name: str, entry: object) -> Library:
    fields = entry if isinstance(entry, dict) else {}
    return Library(name, str(fields.get("registry", "")), *_version(fields))


def _version(fields: Mapping[str, object]) -> tuple[str, str]:
    """The version as it was named, and its commit; ks 0.12 and later write one `version` in their own apps."""
    pinned = _mapping(fields, "gitVersion")
    commit = str(pinned.get("commitSha", fields.get("version", "")))
    return str(pinned.get("refSpec", commit)), commit


def _mapping(parent: Mapping[str, object], key: str) -> dict[str, object]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}
