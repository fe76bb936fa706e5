"""Add an environment to a ksonnet app, or change it: only app.yaml and the files of that environment."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from releasing.clients.ksonnet import spec_files
from releasing.clients.ksonnet.app import App, Environment
from releasing.clients.ksonnet.app_yaml import with_entry, with_name, with_value
from releasing.clients.ksonnet.params import read_text
from releasing.errors import PreconditionError, UsageError
from releasing.shell.files import replace_text
from releasing.shell.programs import Shell

VERSION = "v1.7.0"  # of Kubernetes; the default of ks 0.9.2, and the version in all of Kubeflow's apps
REFUSED = re.compile(r"[\\,;':!()?\"{}\[\]*&%@$\s]|^/|/$|//|(^|/)\.\.?(/|$)")

MAIN = """\
local base = import "base.libsonnet";
local k = import "k.libsonnet";

base + {
  // Insert user-specified overrides here. For example if a component is named "nginx-deployment", \
you might have something like:
  //   "nginx-deployment"+: k.deployment.mixin.metadata.labels({foo: "bar"})
}
"""
PARAMS = """\
local params = import "COMPONENTS/params.libsonnet";
params + {
  components +: {
    // Insert component parameter overrides here. Ex:
    // guestbook +: {
    //   name: "guestbook-dev",
    //   replicas: params.global.replicas,
    // },
  },
}
"""


@dataclass(frozen=True)
class Destination:
    """A cluster's server, and a namespace there."""

    server: str
    namespace: str


def add_environment(app: App, name: str, destination: Destination, version: str = VERSION) -> bool:
    """Add the environment `name`; returns whether it was missing.

    Raises UsageError for a name that ks refuses, PreconditionError when the name has another destination.
    """
    require_name("environment", name)
    for each in app.environments:
        if each.name == name:
            _require_same(app, each, destination)
            return False
    folder = app.folder / "environments" / name
    files = {"main.jsonnet": MAIN, "params.libsonnet": _params(name)}
    for file, content in files.items():
        _require_free(folder / file, content, name)
    if app.spec_files:
        for file, content in files.items():
            replace_text(folder / file, content)
        spec_files.write(folder / spec_files.FILE, vars(destination))
        return True
    entry = {
        "destination": {"namespace": destination.namespace, "server": destination.server},
        "k8sVersion": version,
        "path": name,
    }
    text = with_entry(read_text(app.file), app.file, "environments", name, entry)
    for file, content in files.items():
        replace_text(folder / file, content)
    replace_text(app.file, text)
    return True


def set_environment(app: App, name: str, *, server: str = "", namespace: str = "", rename: str = "") -> bool:
    """Change where an environment is applied, or its name; returns whether anything changed."""
    environment = app.environment(name)
    if app.spec_files:
        return _set_in_spec(app, environment, server=server, namespace=namespace, rename=rename)
    before = text = read_text(app.file)
    place = ("environments", name, "destination")
    if server and server != environment.server:
        text = with_value(text, app.file, (*place, "server"), server)
    if namespace and namespace != environment.namespace:
        text = with_value(text, app.file, (*place, "namespace"), namespace)
    if rename and rename != name:
        text = _renamed(app, environment, rename, text)
    if text != before:
        replace_text(app.file, text)
    return text != before


def _set_in_spec(app: App, environment: Environment, *, server: str, namespace: str, rename: str) -> bool:
    folders = app.folder / "environments"
    path = folders / environment.path / spec_files.FILE
    before = spec_files.read(path)
    given = {"server": server, "namespace": namespace}
    wanted = before | {key: value for key, value in given.items() if value}
    if wanted != before:
        spec_files.write(path, wanted)
    if not rename or rename == environment.name:
        return wanted != before
    require_name("environment", rename)
    if (folders / rename).exists():
        raise PreconditionError(f"{folders}: an environment {rename} already exists", "choose another name")
    (folders / rename).parent.mkdir(parents=True, exist_ok=True)
    (folders / environment.path).rename(folders / rename)
    return True


def destination_of(sh: Shell, context: str = "") -> Destination:
    """The cluster and namespace of a kubectl context, by default of the current one; raises PreconditionError."""
    view = json.loads(sh.read(sh["kubectl"]["config", "view", "-o", "json"]))
    wanted = context or str(view.get("current-context", ""))
    server = servers_by_context(view).get(wanted)
    if not server:
        what = (
            f"kubectl has no context '{wanted}' with a server" if wanted else "kubectl has no current context"
        )
        raise PreconditionError(what, "give --server=URL and --namespace=NAME, or --context=NAME")
    return Destination(server, _named(view, "contexts")[wanted].get("namespace") or "default")


def servers_by_context(view: dict[str, Any]) -> dict[str, str]:
    """The server of every context in the output of `kubectl config view -o json`; empty for a context without one."""
    clusters = _named(view, "clusters")
    contexts = _named(view, "contexts").items()
    return {name: clusters.get(each.get("cluster", ""), {}).get("server", "") for name, each in contexts}


def _named(view: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each.get(kind.removesuffix("s")) or {} for each in view.get(kind) or []}


def require_name(what: str, name: str) -> None:
    """Raise UsageError for a name that ks does not accept for an environment or component."""
    if not name or name.startswith("-") or REFUSED.search(name):
        raise UsageError(f"{what} '{name}': not a name that ks accepts", "use letters, digits and dashes")


def _params(name: str) -> str:
    # A name may have folders of its own.
    up = "../" * (name.count("/") + 2)
    return PARAMS.replace("COMPONENTS", f"{up}components")


def _require_same(app: App, present: Environment, wanted: Destination) -> None:
    if (present.server, present.namespace) != (wanted.server, wanted.namespace):
        raise PreconditionError(
            f"{app.file}: environment {present.name} is {present.server} in {present.namespace}, "
            f"not {wanted.server} in {wanted.namespace}",
            f"ks env set {present.name} --server={wanted.server} --namespace={wanted.namespace}",
        )


def _require_free(path: Path, content: str, name: str) -> None:
    """Accept existing files only as a run of this command leaves them that was killed before it wrote app.yaml."""
    if path.exists() and read_text(path) != content:
        raise PreconditionError(
            f"{path} exists, but app.yaml has no environment {name}",
            "choose another name, or move that folder away",
        )


def _renamed(app: App, environment: Environment, name: str, text: str) -> str:
    require_name("environment", name)
    folders = app.folder / "environments"
    # A run that was killed has moved the folder already.
    moved = (folders / name).exists() and not (folders / environment.path).exists()
    if any(each.name == name for each in app.environments) or ((folders / name).exists() and not moved):
        raise PreconditionError(f"{app.file}: an environment {name} already exists", "choose another name")
    key = ("environments", environment.name)
    text = with_value(text, app.file, (*key, "path"), name)
    text = with_name(text, app.file, key, name)
    (folders / name).parent.mkdir(parents=True, exist_ok=True)
    if not moved:
        (folders / environment.path).rename(folders / name)
    return text
