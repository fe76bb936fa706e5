"""What deploy.render and nightly.deploy do: print the files that run this suite inside a cluster, or write them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from releasing import deployment
from releasing.commands import release_commands
from releasing.config.path import config_path
from releasing.recipes import RC
from releasing.shell.files import replace_text

if TYPE_CHECKING:
    from releasing.commands.release_commands import Console, Options


def folder() -> Path:
    """Where the files are: beside the release.yaml in use."""
    return config_path(os.environ).absolute().parent / deployment.FOLDER


def render(console: Console, options: Options) -> None:
    """Print what runs this suite in a cluster; --write puts it into deploy/."""
    _bring(console, deployment.files(release_commands.load(), RC), options["write"])


def deploy(console: Console, options: Options) -> None:
    """Print what starts the nightly; --write puts it into deploy/."""
    _bring(console, deployment.nightly_files(release_commands.load()), options["write"])


def _bring(console: Console, wanted: dict[str, str], write: bool) -> None:
    """Print the files, or write those that differ, and say which."""
    if not write:
        for name, text in wanted.items():
            console.show(f"# {deployment.FOLDER}/{name}\n{text}")
        return
    stale = deployment.stale(folder(), wanted)
    for name, text in wanted.items():
        if name in stale:
            replace_text(folder() / name, text)
        console.show(f"{folder() / name}: {'written' if name in stale else 'up to date'}")
