"""Create a ksonnet app: the folder that ks init makes, without the files that ks downloads."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from releasing.clients.ksonnet.app import App, read_app
from releasing.clients.ksonnet.app_yaml import scalar
from releasing.clients.ksonnet.environments import VERSION, Destination, add_environment, require_name
from releasing.errors import PreconditionError
from releasing.shell.files import replace_text

APP = "apiVersion: 0.1.0\nkind: ksonnet.io/app\nname: NAME\nversion: 0.0.1\n"
COMPONENTS = """\
{
  global: {
    // User-defined global parameters; accessible to all component and environments, Ex:
    // replicas: 4,
  },
  components: {
    // Component-level parameters, defined initially from 'ks prototype use ...'
    // Each object below should correspond to a component in the components/ directory
  },
}
"""
BASE = """\
local components = std.extVar("__ksonnet/components");
components + {
  // Insert user-specified overrides here.
}
"""
FILES = {"components/params.libsonnet": COMPONENTS, "environments/base.libsonnet": BASE}
FOLDERS = (".ksonnet", "lib", "vendor")


def create(
    folder: Path, name: str, destination: Destination, environment: str = "default", version: str = VERSION
) -> bool:
    """Make the app `name` in `folder`, with one environment; returns whether it was missing.

    Raises PreconditionError when `folder` exists and is not this app.
    """
    require_name("app", name)
    if folder.exists():
        _require_same(folder, name, destination, environment)
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write(scratch, name)
        add_environment(read_app(scratch), environment, destination, version)
        scratch.chmod(0o755)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return True


def _write(folder: Path, name: str) -> None:
    replace_text(folder / "app.yaml", APP.replace("NAME", scalar(name)))
    for path, text in FILES.items():
        replace_text(folder / path, text)
    for each in FOLDERS:
        (folder / each).mkdir()


def _require_same(folder: Path, name: str, destination: Destination, environment: str) -> None:
    app = read_app(folder) if (folder / "app.yaml").is_file() else App(folder, (), ())
    found = [each for each in app.environments if each.name == environment]
    if app.name == name and [Destination(each.server, each.namespace) for each in found] == [destination]:
        return
    raise PreconditionError(
        f"{folder} exists, but is not the app {name} with environment {environment} at {destination.server}"
        f" in {destination.namespace}",
        "choose another name, or another folder: --dir=FOLDER",
    )
