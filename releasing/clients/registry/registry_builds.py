"""Builds of images in a registry: digests by tag, with the time of each build.

Google's registries list a repository's digests, times and children in one answer; elsewhere each tag is
requested, and the time is read from the image's configuration.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from releasing.clients.registry.concurrency import together
from releasing.clients.registry.listing import TagListing
from releasing.errors import PreconditionError, UnmetError, UsageError
from releasing.image import ImagePattern
from releasing.image_tags import ImageRow, TaggedDigest

SHOWN = 10  # tags of an image in an error
MOST, DEEPEST = 10_000, 16  # repositories, and how deep they are nested

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry


async def builds(
    registry: Registry, listed: Iterable[str], extra: Iterable[str], pattern: ImagePattern
) -> list[ImageRow]:
    """List the builds that `pattern` matches: of the images `listed` and `extra`, and those beside and below.

    An image whose name matches and whose tags do not is given without versions. Raises UsageError, with the
    existing tags, when no build matches, or no build of an `extra` image.
    """
    required = set(extra)
    found = await _listings(registry, [*listed, *required], pattern)
    images = await together(_image(registry, name, listing, pattern) for name, listing in found.items())
    empty = {image.name for image in images if not image.versions}
    if blamed := (empty if len(empty) == len(images) else empty & required):
        have = "\n".join(f"  {name}: {_shown(found[name])}" for name in sorted(blamed))
        raise UsageError(f"{str(pattern)!r} matches no tag in the registry; existing tags:\n{have}")
    return images


def _shown(listing: TagListing) -> str:
    tags = listing.all_tags
    more = f" and {len(tags) - SHOWN} more" if len(tags) > SHOWN else ""
    return (", ".join(tags[-SHOWN:]) or "no tag") + more


async def _listings(registry: Registry, names: list[str], pattern: ImagePattern) -> dict[str, TagListing]:
    """Walk from the images and their parents down all children."""
    images = {name for name in names if pattern.takes_name(name)}
    parents = {name.rpartition("/")[0] for name in names}
    found: dict[str, TagListing] = {}
    ahead = images | {parent for parent in parents if "/" in parent}
    for _ in range(DEEPEST):
        if not ahead:
            break
        here = await together(_listing(registry, name, name in images) for name in sorted(ahead))
        found |= (listings := dict(zip(sorted(ahead), here, strict=True)))
        ahead = {f"{name}/{child}" for name, listing in listings.items() for child in listing.children}
        ahead -= found.keys()
        if len(found) + len(ahead) > MOST:
            raise UnmetError(f"{min(ahead)} and others: more than {MOST} repositories below {min(names)}")
    if ahead:
        raise UnmetError(f"{min(ahead)}: repositories are nested more than {DEEPEST} deep")
    # A folder of images is listed like an image without tags.
    return {
        name: listing
        for name, listing in sorted(found.items())
        if name in images or (pattern.takes_name(name) and (listing.tags or listing.builds))
    }


async def _listing(registry: Registry, name: str, required: bool) -> TagListing:
    try:
        return await registry.listing(name)
    except PreconditionError:
        if required:
            raise
        # Most registries have no listing above a repository, and some refuse it as forbidden.
        return TagListing()


async def _image(registry: Registry, name: str, listing: TagListing, pattern: ImagePattern) -> ImageRow:
    if listing.builds is not None:
        versions = [
            TaggedDigest(digest, tuple(sorted({*build.tags})), build.created)
            for digest, build in listing.builds.items()
        ]
    elif any(map(pattern.takes_tag, listing.tags)):
        versions = await _versions(registry, name, listing.tags, pattern)
    else:
        versions = []
    return ImageRow(name, tuple(v for v in versions if any(map(pattern.takes_tag, v.tags))))


async def _versions(
    registry: Registry, name: str, tags: tuple[str, ...], pattern: ImagePattern
) -> list[TaggedDigest]:
    """Ask for the digest of every tag, then for the time of those builds that `pattern` takes."""
    tags = tuple(dict.fromkeys(tags))  # pages of a list may overlap
    carried: dict[str, list[str]] = defaultdict(list)
    for tag, digest in zip(tags, await together(registry.digest(name, tag) for tag in tags), strict=True):
        if digest:
            carried[digest].append(tag)
    taken = [digest for digest, tags in carried.items() if any(map(pattern.takes_tag, tags))]
    times = await together(_created(registry, name, digest) for digest in taken)
    return [
        TaggedDigest(digest, tuple(sorted(carried[digest])), time)
        for digest, time in zip(taken, times, strict=True)
    ]


async def _created(registry: Registry, name: str, digest: str) -> datetime | None:
    """Give the time in the image's configuration, in whole seconds as gcloud prints it."""
    text = str((await registry.configuration(name, digest)).get("created", ""))
    try:
        created = datetime.fromisoformat(text)
        return created.astimezone(UTC).replace(microsecond=0) if created.tzinfo else None
    except (ValueError, OverflowError):
        return None
