"""Which repositories a bootstrapper is built with: image_registries.yaml beside its Makefile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from releasing.errors import ConfigError
from releasing.shell.text.marked_yaml import Document

FILE = "image_registries.yaml"
REF_KEYS = ("branch", "version")  # until 0.3, and from 0.4 on


@dataclass(frozen=True)
class Package:
    """A repository that the build clones: its name there, its URL, the branch, and the line that says so."""

    name: str
    url: str
    ref: str
    where: str

    def is_of(self, url: str) -> bool:
        """Whether `url` is the same repository, whichever way it is written."""
        return _plain(self.url) == _plain(url)


def packages(folder: Path) -> Iterator[Package]:
    """Every repository that image_registries.yaml in `folder` names; none without the file.

    Raises ConfigError with the line of an invalid entry.
    """
    path = folder / FILE
    if not path.exists():
        return
    root = Document(path.read_bytes(), str(path)).read(lambda node: node)
    for entry in getattr(_child(root, "registries"), "value", []):
        where = f"{path}:{entry.start_mark.line + 1}"
        texts = {name: str(getattr(_child(entry, name), "value", "")) for name in ("name", "repo", *REF_KEYS)}
        ref = texts["branch"] or texts["version"]
        if not (texts["name"] and texts["repo"] and ref):
            raise ConfigError(
                f"{where}: expected name, repo, and branch or version", f"write them into {FILE}"
            )
        yield Package(texts["name"], texts["repo"], ref, where)


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The value of a key of a mapping; None when it is not there."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _plain(url: str) -> str:
    """OWNER/NAME of a repository on GitHub, or the URL."""
    found = re.fullmatch(r"(?:https?://|ssh://git@|git@)github\.com[:/](.+?)(?:\.git)?/?", url)
    return found[1].lower() if found else url
