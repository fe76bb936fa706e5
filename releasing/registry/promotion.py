"""Make image tags true in registries: what is asked, what is there, what must be written; then read back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from releasing.errors import ConfigError, PreconditionError, ReleaseError, UnmetError, UnreachableError
from releasing.image_name import ImagePattern
from releasing.image_tags import ImageTags
from releasing.image_tags.changes import nothing_matches
from releasing.image_tags.validation import problems
from releasing.registry import outcomes, together

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from releasing.registry.client import Manifest, Registry

T = TypeVar("T")
# From this many tags on, one list saves more requests than it costs.
LIST_FROM = 3
# Is given what comes next and of how many; gives back what is to be called after each.
Watch = Callable[[str, int], Callable[[], None]]


@dataclass(frozen=True)
class ImageTag:
    """A tag that is to be on a digest."""

    image: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The name with the tag."""
        return f"{self.image}:{self.tag}"


@dataclass(frozen=True)
class Change:
    """A tag to be written; `was` is the digest that it is on now, if any."""

    wanted: ImageTag
    was: str | None
    manifest: Manifest


@dataclass(frozen=True)
class Plan:
    """What holds already, and what has to be written."""

    held: tuple[ImageTag, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Report:
    """What became of each tag."""

    applied: tuple[Change, ...]
    held: tuple[ImageTag, ...]
    failed: tuple[tuple[Change, ReleaseError], ...]

    def raise_failures(self) -> None:
        """Raise UnreachableError or UnmetError when something failed; the details were shown before."""
        if self.failed:
            away = any(isinstance(error, UnreachableError) for _, error in self.failed)
            raise (UnreachableError if away else UnmetError)(
                f"{len(self.failed)} of {len(self.failed) + len(self.applied)} tags could not be written",
                "run the same command again: it does only what is missing",
            )


def asked(tags: ImageTags, pattern: ImagePattern, where: str) -> list[ImageTag]:
    """Give the tags that `pattern` selects in the file called `where`.

    Raises UsageError when nothing is selected, ConfigError with all problems of the selected rows.
    """
    selected = tags.selected(pattern)
    if not selected.images:
        raise nothing_matches(tags, pattern)
    if wrong := problems(selected, where, every_tag=True):
        raise ConfigError("\n".join(wrong), f"repair {where}, or select fewer rows")
    return [
        ImageTag(image.name, tag, version.digest)
        for image in selected.images
        for version in image.versions
        for tag in version.tags
    ]


async def plan(
    registry: Registry, wanted: list[ImageTag], allow_move: re.Pattern[str] | None, watch: Watch
) -> Plan:
    """Compare `wanted` with the registry and read the manifests to be written.

    Raises PreconditionError when a digest is missing, or a tag is on another digest and `allow_move` does not
    take NAME:TAG; nothing was written then.
    """
    listed = await _listed(registry, wanted)
    step = watch("reading tags", len(wanted))
    found = await together(_watched(_found(registry, tag, listed), step) for tag in wanted)
    now = dict(zip(wanted, found, strict=True))
    missing = [tag for tag, digest in now.items() if digest != tag.digest]
    refused = [
        f"{tag.name} is on {digest}, not {tag.digest}"
        for tag, digest in now.items()
        if digest not in (None, tag.digest) and not (allow_move and allow_move.fullmatch(tag.name))
    ]
    manifests = await _manifests(registry, missing, watch)
    absent = [f"{image}@{digest} is not in the registry" for (image, digest), m in manifests.items() if not m]
    if refused or absent:
        raise PreconditionError(
            "nothing was written:\n" + "\n".join(f"  {problem}" for problem in refused + absent),
            "a tag moves only when it is named: --allow-move 'NAME_RE:TAG_RE'" if refused else "",
        )
    changes = [
        Change(tag, now[tag], manifest) for tag in missing if (manifest := manifests[tag.image, tag.digest])
    ]
    return Plan(tuple(tag for tag in wanted if now[tag] == tag.digest), tuple(changes))


async def apply(registry: Registry, plan: Plan, watch: Watch) -> Report:
    """Write the changes of `plan`, all that can be written, and read each back."""
    step = watch("writing tags", len(plan.changes))
    written, unwritten = await _parted(registry, plan.changes, _write, step)
    step = watch("reading back", len(written))
    applied, unmet = await _parted(registry, written, _read_back, step)
    return Report(tuple(applied), plan.held, (*unwritten, *unmet))


async def _parted(
    registry: Registry,
    changes: Iterable[Change],
    work: Callable[[Registry, Change], Coroutine[object, object, None]],
    step: Callable[[], None],
) -> tuple[list[Change], list[tuple[Change, ReleaseError]]]:
    """Do `work` for each change; give those that went well, and those that failed with the reason."""
    changes = list(changes)
    ended = await outcomes(_watched(work(registry, change), step) for change in changes)
    pairs = list(zip(changes, ended, strict=True))
    return [change for change, error in pairs if error is None], [
        (change, error) for change, error in pairs if error is not None
    ]


async def _listed(registry: Registry, wanted: Iterable[ImageTag]) -> dict[str, dict[str, str | None]]:
    """List the repositories of which many tags are asked: tag to digest, None where lists have no digests."""
    images = [image for image, count in Counter(tag.image for tag in wanted).items() if count >= LIST_FROM]
    listings = await together(registry.listing(image) for image in images)
    found = {}
    for image, listing in zip(images, listings, strict=True):
        tags: dict[str, str | None] = dict.fromkeys(listing.tags)
        for digest, build in (listing.builds or {}).items():
            tags |= dict.fromkeys(build.tags, digest)
        found[image] = tags
    return found


async def _found(registry: Registry, tag: ImageTag, listed: dict[str, dict[str, str | None]]) -> str | None:
    if tag.image in listed and tag.tag not in listed[tag.image]:
        return None
    known = listed.get(tag.image, {}).get(tag.tag)
    return known or await registry.digest(tag.image, tag.tag)


async def _manifests(
    registry: Registry, missing: list[ImageTag], watch: Watch
) -> dict[tuple[str, str], Manifest | None]:
    """Read each manifest once, however many tags it is to get."""
    names = list(dict.fromkeys((tag.image, tag.digest) for tag in missing))
    step = watch("reading manifests", len(names))
    found = await together(_watched(registry.manifest(*name), step) for name in names)
    return dict(zip(names, found, strict=True))


async def _write(registry: Registry, change: Change) -> None:
    await registry.tag(change.wanted.image, change.wanted.tag, change.manifest)


async def _read_back(registry: Registry, change: Change) -> None:
    now = await registry.digest(change.wanted.image, change.wanted.tag)
    if now != change.wanted.digest:
        raise UnmetError(f"written, but read back it is on {now}")


async def _watched(work: Coroutine[object, object, T], step: Callable[[], None]) -> T:
    try:
        return await work
    finally:
        step()
