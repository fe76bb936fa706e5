"""The rows of image_tags.yaml for a release: the commands that write them, and the check whether origin has them.

Runbook: "Updating ksonnet prototypes with docker image", the part on image_tags.yaml.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from releasing.changes import pull_requests
from releasing.changes.pull_requests import Change
from releasing.changes.reference_edit import escaped
from releasing.clients.git.checkout import LOG

if TYPE_CHECKING:
    from releasing.image_tags import ImageRow
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.shell.programs import Command

STEP = "update-image-tags"
BUILD_TAG = re.compile(r"v\d{8}-[0-9a-f]{8}")


def change(release: Release, build_tag: str) -> Change:
    """The pull request that lists the images of `build_tag` with the release's tag, on the default branch."""
    base = release.config.default_branch
    reason = f"{len(release.images)} images of build {build_tag}, in {_path(release)}."
    return Change(
        STEP,
        base,
        f"Tag the images of {build_tag} with {release.image_tag}",
        reason,
        edits=lambda sh, checkout: edits(release, sh, checkout, build_tag),
        wanted=lambda sh: not _lists(release, sh, f"origin/{base}", build_tag),
    )


def listed_build(release: Release, sh: StepShell) -> str | None:
    """The build that this release's own change of image_tags.yaml tags; None before that change exists."""
    change_of_this = change(release, "")
    proposed = pull_requests.find(release, sh, change_of_this) if release.images else None
    revision = (
        proposed.merge_commit
        if proposed and proposed.merged
        else f"origin/{release.head(change_of_this.step)}"
    )
    if proposed is None or not release.origin(sh).has(revision):
        return None
    tags = [
        {tag for tag in version.tags if BUILD_TAG.fullmatch(tag)}
        for row in rows(release, sh, revision)
        for version in row.versions
        if row.name in built(release) and release.image_tag in version.tags
    ]
    return min(set.intersection(*tags), default=None) if tags else None


def edits(release: Release, sh: StepShell, checkout: str, build_tag: str) -> list[Command]:
    """The commands that add the digests of `build_tag`, and give them the release's tag."""
    update = sh["update_image_tags.py"][f"{checkout}/{_path(release)}"]
    moving = ("--allow-move", release.allow_move) if release.allow_move else ()
    by_build = {build_tag: built(release)}
    for image, tag in release.other_builds.items():
        by_build[tag] = (*by_build.get(tag, ()), image)
    commands = []
    for tag, images in by_build.items():
        names = [word for image in images for word in ("--image", image)]
        these = ("--pattern", pattern(images, tag))
        commands += [
            update[("add", *these, *names, *moving)],
            update[("tag", *these, "--tag", release.image_tag, *moving)],
        ]
    commands = commands if by_build[build_tag] else commands[2:]
    return [*commands, *_listing_operators(release, update, moving)]


def built(release: Release) -> tuple[str, ...]:
    """The images that the release itself builds."""
    return tuple(image for image in release.images if image not in release.other_builds)


def operators_images(release: Release) -> tuple[str, ...]:
    """The images of operators whose own release has the number of this one: files refer to them at its tag."""
    return tuple(
        f"{release.config.registry}/{each.image}"
        for each in release.config.operators.values()
        if each.release == release.image_tag
    )


def _listing_operators(release: Release, update: Command, moving: tuple[str, ...]) -> list[Command]:
    if not (images := operators_images(release)):
        return []
    names = [word for image in images for word in ("--image", image)]
    # Their builds may be listed by another tag.
    these = ("--pattern", pattern(images, release.image_tag))
    return [update[("add", "--tag-listed", *these, *names, *moving)]]


def pattern(images: tuple[str, ...], tag: str) -> str:
    """NAME_RE:TAG_RE for exactly these images at exactly this tag."""
    return f"({'|'.join(map(escaped, images))}):{escaped(tag)}"


def digests(release: Release, sh: StepShell, revision: str) -> dict[str, str]:
    """The digest at the release's tag in image_tags.yaml at `revision`, by image of this release."""
    return {
        row.name: version.digest
        for row in rows(release, sh, revision)
        for version in row.versions
        if row.name in release.images and release.image_tag in version.tags
    }


def faults(release: Release, sh: StepShell, revision: str) -> list[str]:
    """What is wrong in image_tags.yaml at `revision`: update_image_tags.py would not write such a file."""
    from releasing.image_tags import ImageTags  # noqa: PLC0415 - as rows
    from releasing.image_tags.validation import problems  # noqa: PLC0415

    return problems(ImageTags(rows(release, sh, revision)), _path(release))


def rows(release: Release, sh: StepShell, revision: str) -> tuple[ImageRow, ...]:
    """All images that image_tags.yaml at `revision` lists; empty without the file."""
    from releasing.image_tags import parse  # noqa: PLC0415 - only where the file is read

    content = release.origin(sh).file_at(revision, _path(release))
    return parse(content, f"{revision}:{_path(release)}").images if content else ()


def strayed(release: Release, sh: StepShell, commit: str) -> str:
    """Which commits up to `commit` changed image_tags.yaml on the release branch itself; empty without such commits.

    The file belongs to the default branch: Kubeflow's release branches had eleven changes of their own, and then two
    different files claimed to list what is in the registry.
    """
    if not release.config.image_tags:
        return ""
    git, default = release.origin(sh).git, f"origin/{release.config.default_branch}"
    base = sh.read(git["merge-base", default, commit])
    if sh.succeeds(git["diff", "--quiet", "--no-ext-diff", base, commit, "--", _path(release)]):
        return ""
    shape = ("--format=%h %s", f"{default}..{commit}", "--", _path(release))
    who = "; ".join(sh.read(git[*LOG, *shape]).splitlines())
    return f"{_path(release)} was changed on {release.branch}, not on {release.config.default_branch} only: {who}"


def back_on_branch(release: Release) -> str:
    """What to do about such commits."""
    base = f"$(git merge-base origin/{release.config.default_branch} origin/{release.branch})"
    return (
        f"put the file back on {release.branch}, in a pull request, and make its changes on "
        f"{release.config.default_branch}: git checkout {base} -- {_path(release)}"
    )


def _lists(release: Release, sh: StepShell, revision: str, build_tag: str) -> bool:
    there = {
        (row.name, tag)
        for row in rows(release, sh, revision)
        for version in row.versions
        if release.image_tag in version.tags
        for tag in version.tags
    }
    wanted = [(image, release.other_builds.get(image, build_tag)) for image in release.images]
    wanted += [(image, release.image_tag) for image in operators_images(release)]
    return there.issuperset(wanted) and not faults(release, sh, revision)


def _path(release: Release) -> str:
    return release.config.image_tags or "image_tags.yaml"
