"""What jsonnet may import: regular files of one checkout, and nothing of git's own folder in it.

A repository's jsonnet is anybody's: `importstr "/proc/self/environ"`, or a link to a key, would put the operator's
secrets into what is sent to the cluster.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

LARGEST = 32 << 20  # bytes of a file; k8s.libsonnet, the largest that is known, has 2.4 MB


def checkout_of(folder: Path) -> Path:
    """The git checkout that `folder` is part of; the folder itself where it is in none.

    A home that is a checkout of its own holds more than what belongs to that folder.
    """
    whole = Path(os.path.realpath(folder))
    home = Path(os.path.realpath(Path("~").expanduser()))
    found = next((each for each in (whole, *whole.parents) if (each / ".git").exists()), whole)
    return whole if home.is_relative_to(found) else found


def refusal(path: str, root: str) -> str:
    """Why the file `path` may not be read by the code of the checkout `root`; nothing when it may."""
    if not root:
        return "nothing may be imported here"
    # Of a loop of links, resolve() would raise.
    real, top = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    if not real.is_relative_to(top):
        return f"it is {real}, outside of the checkout {root}"
    if any(part.lower() == ".git" for part in real.relative_to(top).parts):
        return f"it is {real}, in the folder that git keeps for itself"
    found = real.stat()
    if not stat.S_ISREG(found.st_mode):
        return f"{real} is not a regular file"
    return f"{real} has more than {LARGEST >> 20} MiB" if found.st_size > LARGEST else ""


class Importer:
    """What jsonnet calls for each import: the path found, and its content.

    Names are looked for beside the importing file, then in `folders`; `copies` are folders by the beginning of a
    name. What `given` has comes before any file.
    """

    def __init__(
        self, root: str, folders: Sequence[str], copies: Mapping[str, str], given: Mapping[str, str]
    ) -> None:
        self._root, self._folders, self._copies, self._given = root, folders, copies, given
        self.failure = ""

    def __call__(self, folder: str, name: str) -> tuple[str, bytes]:
        """Find `name` for a file in `folder`; the first that is refused or missing is kept as `failure`."""
        if name in self._given:
            return name, self._given[name].encode()
        try:
            for path in self._places(folder, name):
                if path.exists() and not path.is_dir():
                    if why := refusal(str(path), self._root):
                        return self._failed(folder, name, f"may not be imported: {why}")
                    return str(path), _content(path)
        except (OSError, ValueError) as error:
            return self._failed(folder, name, f"cannot be imported: {error}")
        return self._failed(folder, name, "no such file to import")

    def _places(self, folder: str, name: str) -> list[Path]:
        places = [Path(each, name) for each in (folder, *self._folders)]
        return places + [
            Path(copy, name.removeprefix(package))
            for package, copy in self._copies.items()
            if name.startswith(package)
        ]

    def _failed(self, folder: str, name: str, why: str) -> tuple[str, bytes]:
        # An exception here would reach us with stray bytes of gojsonnet's memory at its end; and importstr would
        # take this text for what was asked, so that the failure is kept as well.
        self.failure = self.failure or f"{folder}: {name}: {why}"
        return f"<{name}>", f"error {json.dumps(f'{name}: {why}')}".encode()


def _content(path: Path) -> bytes:
    with open(os.path.realpath(path), "rb", opener=_open_no_link) as file:
        return file.read(LARGEST + 1)


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
