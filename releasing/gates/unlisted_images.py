"""References of the release to images of the project that image_tags.yaml does not list at the release's tag.

Kubeflow's spawner offered tensorflow-1.4.1-notebook-gpu:v0.2.0, which image_tags.yaml had never heard of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasing.changes import image_tags_edit, prototypes, pull_requests
from releasing.changes.reference_edit import prefixes
from releasing.gates import tree_claims

if TYPE_CHECKING:
    from collections.abc import Iterable

    from releasing.image_tags.referred import Referred
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell


def proposed(release: Release, sh: StepShell) -> str:
    """What the updated prototypes refer to and neither the default branch nor its pull request lists.

    Nothing, once they are merged: then the release branch counts.
    """
    change = prototypes.change(release)
    head = f"origin/{release.head(change.step)}"
    pull_request = pull_requests.find(release, sh, change)
    if pull_request and pull_request.merged:
        return ""
    listings = (release.head(image_tags_edit.STEP), release.config.default_branch)
    return _said(release, sh, head, listings)


def merged(release: Release, sh: StepShell) -> str:
    """What the candidate, or before its tag the release branch, refers to and the default branch does not list."""
    tag = f"refs/tags/{release.tag}"
    revision = tag if release.origin(sh).has(tag) else f"origin/{release.branch}"
    return _said(release, sh, revision, (release.config.default_branch,))


def _said(release: Release, sh: StepShell, revision: str, listings: Iterable[str]) -> str:
    if "dangling" in tree_claims.waived_claims(release, sh):
        return ""
    places: dict[str, list[str]] = {}
    for each in _unlisted(release, sh, revision, listings):
        places.setdefault(each.written, []).append(f"{each.path}:{each.line}")
    if not places:
        return ""
    named = "; ".join(f"{name}:{release.image_tag} ({', '.join(at)})" for name, at in places.items())
    where = revision.removeprefix("origin/").removeprefix("refs/tags/")
    return (
        f"{where} refers to {named}, which {release.config.image_tags} does not list; "
        "list it there, or remove the reference"
    )


def _unlisted(
    release: Release, sh: StepShell, revision: str, listings: Iterable[str]
) -> tuple[Referred, ...]:
    from releasing.image_tags.referred import Ours, referred, unlisted  # noqa: PLC0415 - as image_tags_edit does

    ours = Ours.of(prefixes(release), release.config.left_alone)
    files = release.origin(sh).files_naming(revision, (release.image_tag,))
    found = [*referred(files, ours, release.image_tag)]
    rows = [
        row
        for branch in listings
        if found and release.origin(sh).has(f"origin/{branch}")
        for row in image_tags_edit.rows(release, sh, f"origin/{branch}")
    ]
    return unlisted(found, rows, ours, release.image_tag)
