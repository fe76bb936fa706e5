"""The release of this candidate or final on GitHub: its manifest, the commands that publish it, and its check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from releasing.config import registries
from releasing.errors import UnmetError
from releasing.image import ImageRef
from releasing.publication import manifest, notes
from releasing.publication.manifest import ReleaseManifest
from releasing.runbook.step import Finding, met, unmet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from releasing.clients.github.releases import Published
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command


def publish(release: Release, sh: StepShell, workflows: Sequence[str]) -> None:
    """Write the manifest, then publish the release with notes and manifest; `workflows` built its images."""
    commit = release.origin(sh).tagged(release.tag)
    sh.run(_manifest(release, sh, commit, workflows))
    title = f"{release.config.project} {release.tag}"
    command = sh["publish_release.py"][release.slug, release.tag, _file(release), "--title", title]
    command = command["--notes", str(notes.path(release))]
    sh.run(command if release.final else command["--prerelease"])


def published(release: Release, sh: StepShell) -> Finding:
    """Whether GitHub has the release with notes, and a manifest that agrees with git and the registry.

    When a later candidate took over the image tag, the images of this one only have to exist.
    """
    from releasing.clients.github import releases  # noqa: PLC0415 - tasks are listed without

    found = releases.find(sh, release.slug, release.tag)
    wrong = [*releases.problems(found, prerelease=not release.final)]
    if found is None or wrong:
        return unmet(f"{release.tag}: {'; '.join(wrong)}")
    wrong = _disagreements(release, sh, found)
    if wrong:
        return unmet(f"{release.tag}: {'; '.join(wrong)}")
    return met(f"{found.url} has the notes and {manifest.NAME}")


def images(release: Release) -> tuple[ImageRef, ...]:
    """Every image of the release with its tag: those that it builds, and the operators'."""
    built = tuple(ImageRef(image, release.image_tag) for image in release.images)
    config = release.config
    return built + tuple(
        ImageRef(f"{config.registry}/{each.image}", each.release) for each in config.operators.values()
    )


def _manifest(release: Release, sh: StepShell, commit: str, workflows: Sequence[str]) -> Command:
    command = sh["write_release_manifest.py"][_file(release), *map(str, images(release))]
    command = command["--project", release.config.project, "--tag", release.tag]
    command = command["--repository", release.slug, "--commit", commit]
    for operator in release.config.operators.values():
        command = command["--also", f"{operator.repository}@{operator.release}"]
    for workflow in workflows:
        command = command["--workflow", workflow]
    return command


def _disagreements(release: Release, sh: StepShell, found: Published) -> list[str]:
    from releasing.clients.github import releases  # noqa: PLC0415

    asset = found.asset(manifest.NAME)
    if asset is None:
        return [f"its release on GitHub has no {manifest.NAME}"]
    try:
        said = manifest.parse(releases.content(sh, release.slug, asset))
    except UnmetError as error:
        return [f"its {manifest.NAME}: {error.message}"]
    return _differences(release, sh, said)


def _differences(release: Release, sh: StepShell, said: ReleaseManifest) -> list[str]:
    commit = release.origin(sh).commit_of(f"refs/tags/{release.tag}")
    wrong = (
        []
        if said.commit == commit
        else [f"its manifest names commit {said.commit}, but the tag is at {commit}"]
    )
    wanted = {*images(release)}
    there = manifest.digests(sorted(wanted | {*said.images}), sh.environment)
    off = {image: digest for image, digest in there.items() if said.images.get(image) != digest}
    if off and _is_superseded(release, sh):
        return wrong + _lost(sh, {image: said.images[image] for image in off if image in said.images})
    wrong += [
        f"its manifest says {image} is {said.images.get(image, 'missing')}, the registry {digest or 'has none'}"
        for image, digest in off.items()
    ]
    return wrong


def _is_superseded(release: Release, sh: StepShell) -> bool:
    """Whether origin has a later candidate of this version, or a branch of a later one in progress."""
    if release.final:
        return False
    begun, prefix = f"{release.version.tag}-rc.", release.config.pull_requests.branch_prefix
    listed = sh.read(
        release.origin(sh).git["ls-remote", "origin", f"refs/tags/{begun}*", f"refs/heads/{prefix}{begun}*"]
    )
    numbers = re.findall(rf"[/-]{re.escape(begun)}(\d+)(?:/|$|\^)", listed, re.MULTILINE)
    return any(int(number) > release.candidate.number for number in numbers)


def _lost(sh: StepShell, images: dict[ImageRef, str]) -> list[str]:
    """Which of `images` the registry no longer has, under any tag."""
    return [
        f"its manifest says {image} is {digest}, which the registry no longer has"
        for image, digest in images.items()
        if registries.digest(image.name, digest, sh.environment) != digest
    ]


def _file(release: Release) -> str:
    return str(release.folder / manifest.NAME)
