"""Bring a sandbox's servers up and keep them, for a look with ordinary tools."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from releasing.commands.summary import exports
from releasing.config.path import carried
from releasing.config.release_yaml import Config
from releasing.errors import PreconditionError
from releasing.rehearsal.folders import Place
from releasing.rehearsal.sandbox import environment, served
from releasing.shell.command import Command


def visit(folder: Path, config: Config, show: Callable[[str], None]) -> None:
    """Serve the sandbox in `folder` until interrupted; `show` gets the environment for a terminal."""
    place = Place(folder.resolve())
    if not place.marker.exists():
        raise PreconditionError(
            f"{place.folder} is not a sandbox", "make one: scripts/invoke release.rc --version 0.2.1"
        )
    with served(place, standing=True):
        show("# The sandbox is up until Ctrl-C. In another terminal, with its environment:")
        # git tells gh where the sandbox's repository lies, not that it is GitHub's.
        named = {"GH_REPO": config.repository}
        for line in exports(environment(place, config) | carried(os.environ) | named):
            show(line)
        show(str(Command(("gh", "pr", "list", "--state", "all"))))
        address = f"docker://{place.registry_url.removeprefix('http://')}/{config.registry}/NAME"
        show(str(Command(("skopeo", "list-tags", "--tls-verify=false", address))))
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
