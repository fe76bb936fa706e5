"""Files that release.yaml names and steps edit or build from: asked for before anything is built.

A file that moved would stop the release in the middle, with images pushed and pull requests open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.builds.identity import COMMIT
from releasing.changes.reference_edit import ReferenceEdit, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from releasing.config.release_yaml import Images
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell

MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
MOST = 3  # names and paths in a message


def problems(release: Release, sh: StepShell) -> list[str]:
    """What is not where release.yaml says, each with the key that names it."""
    return [*_unnamed(release, sh), *_unbuildable(release, sh)]


def _unnamed(release: Release, sh: StepShell) -> Iterator[str]:
    """Files in which no image is that a pull request would set there."""
    branch = release.config.default_branch
    for key, path, images in _edited(release):
        names = ", ".join(images.names[:MOST])
        edit = rules(release, [images], release.image_tag)
        found = ReferenceEdit(edit, only=(path,)).examine(release, sh, f"origin/{branch}")
        if found.held or found.changes:
            continue
        there = release.origin(sh).file_at(f"origin/{branch}", path) is not None
        what = f"on {branch} refers to no image of {names}" if there else f"does not exist on {branch}"
        elsewhere = ReferenceEdit(edit).examine(release, sh, f"origin/{branch}")
        others = ", ".join(each.path for each in elsewhere.rewrites[:MOST])
        yield f"{key}: {path} {what}" + (f"; files that do: {others}" if others else "")


def _unbuildable(release: Release, sh: StepShell) -> Iterator[str]:
    """Folders without what builds in them, at the commit to build as far as it is known."""
    revision = sh.chosen(COMMIT) or f"origin/{release.config.default_branch}"
    for key, folder, files in _folders(release):
        if not [*release.origin(sh).contents(revision, [f"{folder}/{name}" for name in files])]:
            where = revision.removeprefix("origin/")[:40]
            yield f"{key}: {folder} on {where} has no {files[-1]}"


def _edited(release: Release) -> Iterator[tuple[str, str, Images]]:
    for name, build in release.config.builds.items():
        if build.spawner:
            yield f"builds.{name}.spawner", build.spawner, build.images
    if bootstrapper := release.config.bootstrapper:
        yield "bootstrapper.config", bootstrapper.config, bootstrapper.images


def _folders(release: Release) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if release.config.engine != "argo":
        for name, build in release.config.builds.items():
            yield f"builds.{name}.workflow.app", build.workflow.app, ("app.yaml",)
    if bootstrapper := release.config.bootstrapper:
        yield "bootstrapper.folder", bootstrapper.folder, MAKEFILES
