"""Install a package of a registry: a copy in vendor/, and its version in app.yaml."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from releasing.clients.ksonnet.app import App, Library
from releasing.clients.ksonnet.app_yaml import with_entry
from releasing.clients.ksonnet.environments import require_name
from releasing.clients.ksonnet.packages.package_registries import Content, find_registry, opened, pinned
from releasing.clients.ksonnet.params import read_text
from releasing.errors import PreconditionError, UsageError
from releasing.shell.files import replace_bytes, replace_text
from releasing.shell.programs import Shell

PARTS = "parts.yaml"


def install_package(sh: Shell, app: App, wanted: str) -> bool:
    """Install `REGISTRY/PACKAGE[@VERSION]`; returns whether anything was missing.

    A package that app.yaml lists and vendor/ lacks is copied again, at the commit in app.yaml. Raises UsageError for
    an unknown registry, PreconditionError for a package that the registry does not have, or that is already installed
    from elsewhere.
    """
    registry, package, version = split(wanted)
    known = find_registry(app, registry)
    place = app.folder / "vendor" / registry / package
    present = next((each for each in app.libraries if each.name == package), None)
    if present is not None:
        _require_same(app, present, registry, version)
        # ks 0.12 and later copy to a folder with the version in its name.
        if place.is_dir() or place.with_name(f"{package}@{present.version}").is_dir():
            return False
        version = present.commit
    with opened(sh, known, version) as content:
        _copy(content.folder / package, place, wanted)
        if present is None:
            _list(app, package, registry, version or known.version, content)
    return True


def split(wanted: str) -> tuple[str, str, str]:
    """`REGISTRY/PACKAGE[@VERSION]` split into its three words; raises UsageError for any other form."""
    path, _, version = wanted.partition("@")
    registry, _, package = path.partition("/")
    if not (registry and package) or "/" in package or "@" in version or version.startswith("-"):
        raise UsageError(f"'{wanted}' is not a package", "expected REGISTRY/PACKAGE@VERSION")
    require_name("registry", registry)
    require_name("package", package)
    return registry, package, version


def _require_same(app: App, present: Library, registry: str, version: str) -> None:
    if present.registry != registry or version not in ("", present.version, present.commit):
        raise PreconditionError(
            f"{app.file}: package {present.name} is from {present.registry}@{present.version}"
            f" (commit {present.commit}), not {registry}@{version}",
            f"to change it, delete vendor/{present.registry}/{present.name} and its lines in app.yaml first",
        )


def _copy(source: Path, place: Path, wanted: str) -> None:
    """Copy a package as a whole or not at all."""
    if not (source / PARTS).is_file():
        known = sorted(each.parent.name for each in source.parent.glob(f"*/{PARTS}"))
        raise PreconditionError(
            f"{wanted}: no such package (known: {', '.join(known) or 'none'})", "see: ks registry list"
        )
    files = _files(source)
    if place.exists():
        if _files(place) == files:
            return
        raise PreconditionError(
            f"{place} exists with other content, and app.yaml does not list it", "move that folder away"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        for name, content in files.items():
            replace_bytes(scratch / name, content)
        scratch.chmod(0o755)
        scratch.rename(place)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _files(folder: Path) -> dict[str, bytes]:
    """The content of every file below a folder. Links are left out: they could lead out of the package."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(paths)}


def _list(app: App, package: str, registry: str, version: str, content: Content) -> None:
    pin = pinned(app, version, content.commit)
    if content.commit and not app.pins_by_git:
        pin = {"version": content.commit}
    entry = {**pin, "name": package, "registry": registry}
    replace_text(app.file, with_entry(read_text(app.file), app.file, "libraries", package, entry))
