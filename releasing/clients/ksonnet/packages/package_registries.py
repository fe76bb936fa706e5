"""Registries of packages: folders in repositories on GitHub, read through git, or folders on this machine."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from releasing.clients.ksonnet.app import App, PackageRegistry
from releasing.clients.ksonnet.app_yaml import with_entry
from releasing.clients.ksonnet.environments import require_name
from releasing.clients.ksonnet.params import read_text
from releasing.errors import CommandError, PreconditionError, UsageError
from releasing.shell.files import replace_text
from releasing.shell.git_guard import plain_word
from releasing.shell.programs import Shell

GITHUB = re.compile(
    r"(https?://)?(www\.)?github\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(\.git)?"
    r"(/(tree|blob)/(?P<ref>[^/]+)(?P<path>(/[^/?#]+)*))?/?"
)
LIST = "registry.yaml"


@dataclass(frozen=True)
class PackageLocation:
    """A folder in a repository on GitHub."""

    repository: str
    ref: str
    path: str

    @property
    def url(self) -> str:
        """Where git finds the repository."""
        return f"https://github.com/{self.repository}.git"


@dataclass(frozen=True)
class Content:
    """A registry's files at one version, and the commit of that version; a local folder has no commit."""

    folder: Path
    commit: str


def add_registry(sh: Shell, app: App, name: str, uri: str, version: str = "") -> bool:
    """Add a registry; returns whether it was missing.

    Raises UsageError for an invalid address, PreconditionError when another registry has the name, or when the
    address has no registry.yaml.
    """
    require_name("registry", name)
    wanted = _described(name, uri, version)
    for each in app.registries:
        if each.name == name:
            _require_same(app, each, wanted)
            return False
    with opened(sh, wanted) as content:
        if not (content.folder / LIST).is_file():
            raise PreconditionError(
                f"{uri} has no {LIST}", "give the folder that has the packages and this list"
            )
        entry = {"protocol": wanted.protocol, "uri": wanted.uri} | pinned(app, wanted.version, content.commit)
        replace_text(app.file, with_entry(read_text(app.file), app.file, "registries", name, entry))
    return True


def find_registry(app: App, name: str) -> PackageRegistry:
    """The registry of an app; raises UsageError that names the known registries."""
    for each in app.registries:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in app.registries) or "none"
    raise UsageError(f"{app.file}: no registry '{name}' (known: {known})", f"ks registry add {name} URI")


@contextmanager
def opened(sh: Shell, registry: PackageRegistry, version: str = "") -> Iterator[Content]:
    """The files of a registry at `version`, by default its own; raises PreconditionError when they cannot be read."""
    if registry.protocol != "github":
        folder = Path(registry.uri.removeprefix("file://"))
        if not folder.is_dir():
            raise PreconditionError(f"registry {registry.name}: {folder} is not a folder", "correct app.yaml")
        yield Content(folder, "")
        return
    location = located(registry.uri)
    with tempfile.TemporaryDirectory(prefix="ks-registry-") as scratch:
        commit = _check_out(sh, location, version or registry.version or location.ref, Path(scratch))
        yield Content(Path(scratch) / location.path, commit)


def located(uri: str) -> PackageLocation:
    """A registry's address on GitHub; raises UsageError for any other."""
    found = GITHUB.fullmatch(uri.strip())
    path = PurePosixPath((found["path"] or "").strip("/")) if found else PurePosixPath()
    if found is None or ".." in path.parts:
        raise UsageError(
            f"'{uri}' is not the address of a registry",
            "expected github.com/OWNER/NAME/tree/BRANCH/FOLDER, file:///FOLDER, or the path of a folder",
        )
    folder = path.parent if path.name == LIST else path
    return PackageLocation(f"{found['owner']}/{found['name']}", found["ref"] or "master", str(folder))


def pinned(app: App, version: str, commit: str) -> dict[str, Any]:
    """How an app.yaml names a commit; an app.yaml of ks 0.12 and later names no commit for a registry."""
    if not commit or not app.pins_by_git:
        return {}
    return {"gitVersion": {"commitSha": commit, "refSpec": version}}


def _described(name: str, uri: str, version: str) -> PackageRegistry:
    """The registry that `uri` names: on GitHub, or else an existing folder, which is kept as a whole path."""
    folder = Path(uri.removeprefix("file://")).expanduser()
    if not GITHUB.fullmatch(uri.strip()) and folder.is_dir():
        return PackageRegistry(name, "fs", str(folder.resolve()), "", "")
    return PackageRegistry(name, "github", uri.strip(), version or located(uri).ref, "")


def _check_out(sh: Shell, location: PackageLocation, version: str, scratch: Path) -> str:
    """Bring one version of a repository's folder into `scratch`; returns the commit."""
    git = sh["git"]["-C", str(scratch), "-c", "core.autocrlf=false"]
    try:
        sh.read(git["init", "--quiet"])
        sh.read(
            git[
                "fetch",
                "--quiet",
                "--depth=1",
                "--no-tags",
                "--",
                location.url,
                plain_word(version, "version"),
            ]
        )
        sh.read(git["checkout", "--quiet", "FETCH_HEAD", "--", location.path])
        return sh.read(git["rev-parse", "FETCH_HEAD^{commit}"])
    except CommandError as error:
        if not error.started:
            raise
        raise PreconditionError(
            f"{location.url} at {version}: {location.path}: {error.cause}",
            "check the repository, the version and the folder",
        ) from None


def _require_same(app: App, present: PackageRegistry, wanted: PackageRegistry) -> None:
    version = present.version or wanted.version
    if (present.protocol, _place(present), version) != (wanted.protocol, _place(wanted), wanted.version):
        raise PreconditionError(
            f"{app.file}: registry {present.name} is {_told(present)}, not {_told(wanted)}",
            "choose another name, or change app.yaml by hand",
        )


def _told(registry: PackageRegistry) -> str:
    return f"{registry.uri} at {registry.version}" if registry.version else registry.uri


def _place(registry: PackageRegistry) -> tuple[str, str]:
    if registry.protocol != "github":
        return "", str(Path(registry.uri.removeprefix("file://")))
    location = located(registry.uri)
    return location.repository, location.path
