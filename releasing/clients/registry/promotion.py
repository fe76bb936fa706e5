"""Promotion of image tags in registries: compare wanted tags with existing ones, write the difference, read back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from releasing.clients.registry.concurrency import in_turn, outcomes, together
from releasing.clients.registry.manifests import Manifests
from releasing.errors import ConfigError, PreconditionError, ReleaseError, UnmetError, UnreachableError
from releasing.image import ImagePattern, ImageRef
from releasing.image_tags import ImageTags
from releasing.image_tags.row_changes import nothing_matches
from releasing.image_tags.validation import problems

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from releasing.clients.registry.client import Registry

T = TypeVar("T")
# From this many tags on, one list saves more requests than it costs.
LIST_FROM = 3
# Gets the name of the next phase and the number of its parts; returns the function to call after each part.
Watch = Callable[[str, int], Callable[[], None]]


@dataclass(frozen=True)
class TagChange:
    """A tag to write; `was` is the digest that it is on now, if any."""

    wanted: ImageRef
    was: str | None


@dataclass(frozen=True)
class PromotionPlan:
    """The tags that are already right, and those to write, with their manifests."""

    held: tuple[ImageRef, ...]
    changes: tuple[TagChange, ...]
    manifests: Manifests


@dataclass(frozen=True)
class PromotionReport:
    """The result for each tag."""

    applied: tuple[TagChange, ...]
    held: tuple[ImageRef, ...]
    failed: tuple[tuple[TagChange, ReleaseError], ...]

    def raise_failures(self) -> None:
        """Raise UnreachableError or UnmetError when a tag failed; the details were shown before."""
        if self.failed:
            away = any(isinstance(error, UnreachableError) for _, error in self.failed)
            raise (UnreachableError if away else UnmetError)(
                f"{len(self.failed)} of {len(self.failed) + len(self.applied)} tags could not be written",
                "repeat the same command: it writes only the missing tags",
            )


def asked(tags: ImageTags, pattern: ImagePattern, where: str) -> list[ImageRef]:
    """Give the tags that `pattern` selects in the file called `where`.

    Raises UsageError when the pattern selects no tags, ConfigError with all problems of the selected rows.
    """
    selected = tags.selected(pattern)
    if not selected.images:
        raise nothing_matches(tags, pattern)
    if wrong := problems(selected, where, every_tag=True):
        raise ConfigError("\n".join(wrong), f"repair {where}, or select fewer rows")
    return [
        ImageRef(image.name, tag, version.digest)
        for image in selected.images
        for version in image.versions
        for tag in version.tags
    ]


async def plan(
    registry: Registry,
    wanted: list[ImageRef],
    allow_move: re.Pattern[str] | None,
    watch: Watch,
    floating: Collection[str] = (),
) -> PromotionPlan:
    """Compare `wanted` with the registry and read the manifests to write.

    Raises PreconditionError, before anything is written, when a digest is missing, or when a tag is on another
    digest, is not in `floating`, and `allow_move` does not match it as NAME:TAG.
    """
    now = await _now(registry, wanted, watch("reading tags", len(wanted)))
    missing = [tag for tag, digest in now.items() if digest != tag.digest]
    refused = [
        f"{tag.tagged} is on {digest}, not {tag.digest}"
        for tag, digest in now.items()
        if digest not in (None, tag.digest)
        and tag.tag not in floating
        and not (allow_move and allow_move.fullmatch(tag.tagged))
    ]
    manifests = Manifests(registry)
    absent = await _absent(manifests, missing, watch)
    if refused or absent:
        raise PreconditionError(
            "nothing was written:\n" + "\n".join(f"  {problem}" for problem in refused + absent),
            "name each tag that may move: --allow-move 'NAME_RE:TAG_RE'" if refused else "",
        )
    held = tuple(tag for tag in wanted if now[tag] == tag.digest)
    return PromotionPlan(held, tuple(TagChange(tag, now[tag]) for tag in missing), manifests)


async def apply(registry: Registry, plan: PromotionPlan, watch: Watch) -> PromotionReport:
    """Write as many changes of `plan` as can be written, and read each back."""

    async def write(tag: ImageRef) -> None:
        await registry.tag(tag.name, tag.tag, await plan.manifests.read(tag.name, tag.digest))

    async def read_back(tag: ImageRef) -> None:
        now = await registry.digest(tag.name, tag.tag, written=tag.digest)
        if now != tag.digest:
            raise UnmetError(f"written, but afterwards it is on {now}")

    written, unwritten = await _parted(plan.changes, write, watch("writing tags", len(plan.changes)))
    applied, unmet = await _parted(written, read_back, watch("reading back", len(written)))
    return PromotionReport(tuple(applied), plan.held, (*unwritten, *unmet))


async def _parted(
    changes: Collection[TagChange],
    work: Callable[[ImageRef], Coroutine[object, object, None]],
    step: Callable[[], None],
) -> tuple[list[TagChange], list[tuple[TagChange, ReleaseError]]]:
    """Do `work` for each change; give those that succeeded, and those that failed with the reason."""
    spread = in_turn(changes, lambda change: change.wanted.name)
    outcome = await outcomes(_watched(work(change.wanted), step) for change in spread)
    ended = dict(zip(spread, outcome, strict=True))
    pairs = [(change, ended[change]) for change in changes]
    return [change for change, error in pairs if error is None], [
        (change, error) for change, error in pairs if error is not None
    ]


async def _now(
    registry: Registry, wanted: list[ImageRef], step: Callable[[], None]
) -> dict[ImageRef, str | None]:
    """Find the digest that each tag is on now, None for a missing tag.

    For an image with many tags, one tag is read first. When it is missing, the others probably are, too, and one
    list of the repository replaces their requests.
    """
    count = Counter(tag.name for tag in wanted)
    first = {tag.name: tag for tag in reversed(wanted) if count[tag.name] >= LIST_FROM}
    listed = await _listed(registry, [image for image in first if registry.lists_digests(image)])
    asked = [tag for image, tag in first.items() if image not in listed]
    # The list that follows tells whether those are there that HEAD does not find.
    probed = await together(registry.glimpsed(tag.name, tag.tag) for tag in asked)
    held = {tag: found.digest for tag, found in zip(asked, probed, strict=True) if found}
    listed |= await _listed(registry, [tag.name for tag in asked if tag not in held])

    async def find(tag: ImageRef) -> str | None:
        return held.get(tag) or await _found(registry, tag, listed.get(tag.name))

    found = await together(_watched(find(tag), step) for tag in wanted)
    return dict(zip(wanted, found, strict=True))


async def _listed(registry: Registry, images: list[str]) -> dict[str, dict[str, str | None]]:
    """List some repositories: tag to digest, None where lists have no digests."""
    listings = await together(registry.listing(image) for image in images)
    found = {}
    for image, listing in zip(images, listings, strict=True):
        tags: dict[str, str | None] = dict.fromkeys(listing.tags)
        for digest, build in (listing.builds or {}).items():
            tags |= dict.fromkeys(build.tags, digest)
        found[image] = tags
    return found


async def _found(registry: Registry, tag: ImageRef, listed: dict[str, str | None] | None) -> str | None:
    if listed and tag.tag not in listed:
        return None
    known = listed.get(tag.tag) if listed else None
    # HEAD and GET both say so before it is believed: a 404 in passing would otherwise move a tag that nobody named.
    return known or await registry.digest(tag.name, tag.tag)


async def _absent(manifests: Manifests, missing: list[ImageRef], watch: Watch) -> list[str]:
    """Look up each manifest once, however many tags it gets; name the missing ones."""
    names = dict.fromkeys((tag.name, tag.digest) for tag in missing)
    step = watch("reading manifests", len(names))
    spread = in_turn(names, lambda name: name[0])
    found = await together(_watched(manifests.holds(*name), step) for name in spread)
    holds = dict(zip(spread, found, strict=True))
    return [f"{image}@{digest} is not in the registry" for image, digest in names if not holds[image, digest]]


async def _watched(work: Coroutine[object, object, T], step: Callable[[], None]) -> T:
    try:
        return await work
    finally:
        step()
