"""image_tags.yaml as the default branch has it, or had it last, and the claims on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from releasing.clients.git.checkout import LOG
from releasing.errors import ConfigError
from releasing.image_tags import ImageRow, ImageTags, TaggedDigest, parse
from releasing.image_tags.validation import missing, problems
from releasing.verification.claim import Claim, counted, judged

if TYPE_CHECKING:
    from releasing.release import Release
    from releasing.runbook.step_shell import StepShell
    from releasing.verification.tagged import Tagged


@dataclass(frozen=True)
class ImageListing:
    """The file at `revision` of the default branch; `fault` tells why it cannot be read."""

    path: str
    revision: str
    tags: ImageTags
    fault: str = ""

    @classmethod
    def read(cls, release: Release, sh: StepShell) -> ImageListing:
        """The newest version on the default branch, also when the file was deleted later."""
        path, branch = release.config.image_tags or "", f"origin/{release.config.default_branch}"
        newest = release.origin(sh).git[*LOG, "--max-count=1", "--diff-filter=AM", "--format=%H", branch]
        revision = sh.read(newest["--", path])
        content = release.origin(sh).file_at(revision, path) if revision else None
        if content is None:
            return cls(path, "", ImageTags(()), f"{release.config.default_branch} never had {path}")
        try:
            return cls(path, revision, parse(content, path))
        except ConfigError as error:
            return cls(path, revision, ImageTags(()), error.message)

    def with_images(self, images: Iterable[str], tag: str) -> ImageListing:
        """The same with each of `images` at `tag`, on a digest that is still to come."""
        rows = tuple(ImageRow(image, (TaggedDigest("", (tag,)),)) for image in images)
        return replace(self, tags=ImageTags((*self.tags.images, *rows)))

    def digests(self, image: str, tag: str) -> list[str]:
        """The digests of `image` that have `tag`: exactly one in a correct file."""
        return [
            version.digest for row in self._rows(image) for version in row.versions if tag in version.tags
        ]

    def tags_beside(self, image: str, tag: str) -> set[str]:
        """Every tag on the digest that has `tag`."""
        found = [version.tags for row in self._rows(image) for version in row.versions if tag in version.tags]
        return {other for tags in found for other in tags}

    def _rows(self, image: str) -> list[ImageRow]:
        return [row for row in self.tags.images if row.name == image]


def claims(it: Tagged) -> Iterator[Claim]:
    """The file is valid, lists what is released, and was changed on the default branch only."""
    listing, release = it.listing, it.release
    if listing is None:
        return
    wrong = listing.fault.splitlines() or problems(listing.tags, listing.path)
    size = f"{len(listing.tags.images)} images in {listing.path} of {release.config.default_branch}"
    deleted = release.origin(it.sh).file_at(f"origin/{release.config.default_branch}", listing.path) is None
    size += (
        f", as of {listing.revision[:12]}: the file was deleted later" if deleted and listing.revision else ""
    )
    yield judged("listing", wrong, size, f"{size}: {counted(len(wrong), 'problem')}")
    if release.images:
        unlisted = missing(listing.tags, listing.path, release.images, release.image_tag)
        count = len(release.images) - len(unlisted)
        found = f"{count} of {len(release.images)} released images are listed at {release.image_tag}"
        yield judged("listed", unlisted, found, found)
    yield _changed_elsewhere(it, listing)


def _changed_elsewhere(it: Tagged, listing: ImageListing) -> Claim:
    """After cherry-picks to a release branch, two different files claimed to list what is in the registry."""
    default = it.release.config.default_branch
    log = it.read(*LOG, "--format=%h %cs %s", f"origin/{default}..{it.commit}", "--", listing.path)
    commits = log.splitlines()
    return judged(
        "listing's place",
        commits,
        f"changed on {default} only",
        f"changed by {counted(len(commits), 'commit')} up to {it.tag} that {default} does not have",
    )
