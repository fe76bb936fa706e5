"""What the steps after a tag would refuse: notes, images and operators' releases, asked for before the tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.clients.github import api
from releasing.errors import CommandError
from releasing.publication import github_release, manifest, notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def problems(release: Release, sh: StepShell) -> Iterator[str]:
    """Why the release could not be published once it is tagged, each with what to type."""
    if text := notes.unpublishable(release):
        yield text
    found = manifest.digests(github_release.images(release), sh.environment)
    absent = sorted(str(image) for image, digest in found.items() if digest is None)
    if absent:
        yield f"the registry does not have {', '.join(absent)}"
    for operator in release.config.operators.values():
        if not _has_tag(sh, operator.repository, operator.release):
            yield f"{operator.repository} has no tag {operator.release} on GitHub"


def _has_tag(sh: StepShell, slug: str, tag: str) -> bool:
    try:
        sh.read(api.question(f"repos/{slug}/commits/{tag}", ".sha"))
    except CommandError as error:
        if "HTTP 404" in error.message or "HTTP 422" in error.message:
            return False
        raise
    return True
