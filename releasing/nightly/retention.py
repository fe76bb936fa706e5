"""Which nightly tags of the registry are old and used by nothing, and their deletion.

A tag is deleted by its name where the registry can; where it can only delete manifests, a build goes when all of
its tags do and no image of several platforms that stays has it as a part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.errors import PreconditionError, ReleaseError, UnmetError, UnreachableError
from releasing.nightly.named_builds import NIGHTLY, Named
from releasing.registry import outcomes, together
from releasing.registry.promotion import ImageTag

if TYPE_CHECKING:
    from releasing.registry.client import Registry
    from releasing.registry.promotion import Watch


@dataclass(frozen=True)
class Plan:
    """What is old enough to go, what of it stays and why, and every other tag of the same images."""

    doomed: tuple[ImageTag, ...]
    kept: tuple[tuple[ImageTag, str], ...]
    others: dict[str, dict[str, str]]
    empty: tuple[str, ...] = ()


def old(tags: Iterable[str], keep: int) -> list[str]:
    """The nightly tags but the newest `keep`, and those of the same day as the last that stays."""
    nightly = sorted((tag for tag in tags if NIGHTLY.fullmatch(tag)), reverse=True)
    if len(nightly) <= keep:
        return []
    last = _day(nightly[keep - 1])
    return [tag for tag in nightly[keep:] if _day(tag) != last]


async def plan(
    registry: Registry, images: Iterable[str], keep: int, named: Named, also: Iterable[str]
) -> Plan:
    """Look through every image: one list each, and digests only where something is old.

    `also` are tags that stay whatever the image. An image without any tag is told: its name may be wrong.
    """
    names = list(dict.fromkeys(images))
    states = dict(zip(names, await together(_tags(registry, name, keep) for name in names), strict=True))
    doomed, kept, stay = [], [], frozenset(also)
    others: dict[str, dict[str, str]] = {}
    for image, tags in states.items():
        aging = old(tags or (), keep)
        verdicts = [
            (_of(image, tag, tags or {}), _reason(image, tag, tags or {}, named, stay)) for tag in aging
        ]
        doomed += [tag for tag, reason in verdicts if not reason]
        kept += [(tag, reason) for tag, reason in verdicts if reason]
        going = {tag.tag for tag, reason in verdicts if not reason}
        others[image] = {tag: digest for tag, digest in (tags or {}).items() if tag not in going}
    empty = tuple(name for name, tags in states.items() if tags is None)
    return Plan(tuple(doomed), tuple(kept), others, empty)


async def delete(registry: Registry, plan: Plan, watch: Watch) -> list[str]:
    """Delete what `plan` dooms and read it back; gives a line for each that stayed because of the registry.

    Raises UnmetError when something else is gone afterwards, UnreachableError when a registry stopped answering.
    """
    by_image: defaultdict[str, list[ImageTag]] = defaultdict(list)
    for tag in plan.doomed:
        by_image[tag.image].append(tag)
    step = watch("deleting", len(plan.doomed))
    ended = await outcomes(
        _of_image(registry, image, tags, plan.others[image], step) for image, tags in by_image.items()
    )
    failed = [each for each in ended if isinstance(each, ReleaseError)]
    told = {tag: line for each in ended if not isinstance(each, ReleaseError) for tag, line in each.items()}
    lost = [
        line for each in await together(_lost(registry, plan, image) for image in by_image) for line in each
    ]
    if lost:
        raise UnmetError("\n".join(lost), "the images' owners have to push them again")
    if failed:
        worst = next((each for each in failed if isinstance(each, UnreachableError)), failed[0])
        raise type(worst)("\n".join(dict.fromkeys(each.message for each in failed)), worst.hint)
    left = [tag for tag in plan.doomed if tag not in told]
    digests = await together(registry.digest(tag.image, tag.tag) for tag in left)
    if there := [tag.name for tag, digest in zip(left, digests, strict=True) if digest]:
        raise UnmetError(f"deleted, but read back still there: {', '.join(there)}", "the same command again")
    return [*told.values()]


async def _of_image(
    registry: Registry, image: str, doomed: list[ImageTag], others: dict[str, str], step: Callable[[], None]
) -> dict[ImageTag, str]:
    first, *rest = doomed
    await _unmoved(registry, first)
    if await registry.delete(image, first.tag):
        step()
        await together(_by_tag(registry, tag, step) for tag in rest)
        return {}
    return await _by_digest(registry, image, doomed, others, step)


async def _by_tag(registry: Registry, tag: ImageTag, step: Callable[[], None]) -> None:
    await _unmoved(registry, tag)
    await registry.delete(tag.image, tag.tag)
    step()


async def _by_digest(
    registry: Registry, image: str, doomed: list[ImageTag], others: dict[str, str], step: Callable[[], None]
) -> dict[ImageTag, str]:
    """Delete manifests none of whose tags stays; gives a line for each tag that therefore has to stay."""
    manifests = await together(registry.manifest(image, digest) for digest in {*others.values()})
    parts = {
        part["digest"] for each in manifests if each for part in each.document.get("manifests") or ()
    } | {*others.values()}
    stayed = [tag for tag in doomed if tag.digest in parts]
    digests = {tag.digest: tag for tag in doomed if tag.digest not in parts}
    await together(_unmoved(registry, tag) for tag in doomed if tag not in stayed)
    await together(_manifest(registry, tag, step) for tag in digests.values())
    why = "stays: this registry deletes manifests only, and other tags need"
    return {tag: f"{tag.name} {why} {tag.digest}" for tag in stayed}


async def _manifest(registry: Registry, tag: ImageTag, step: Callable[[], None]) -> None:
    await registry.delete(tag.image, tag.digest)
    step()


async def _unmoved(registry: Registry, tag: ImageTag) -> None:
    now = await registry.digest(tag.image, tag.tag)
    if now not in (None, tag.digest):
        raise PreconditionError(
            f"{tag.name} is on {now} by now, not {tag.digest}", "the same command looks again"
        )


async def _lost(registry: Registry, plan: Plan, image: str) -> list[str]:
    """What should be there after a deletion and is not."""
    there = {*(await registry.listing(image)).all_tags}
    return [f"{image}:{tag} should have stayed and is gone" for tag in plan.others[image] if tag not in there]


async def _tags(registry: Registry, image: str, keep: int) -> dict[str, str] | None:
    """The digests of all tags of an image, empty texts when nothing is old; None when there is no tag."""
    listing = await registry.listing(image)
    tags = listing.all_tags
    if not tags:
        return None
    if listing.builds is not None:
        return {tag: digest for digest, build in listing.builds.items() for tag in build.tags}
    if not old(tags, keep):
        return dict.fromkeys(tags, "")
    digests = await together(registry.digest(image, tag) for tag in tags)
    return {tag: digest for tag, digest in zip(tags, digests, strict=True) if digest}


def _reason(image: str, tag: str, tags: dict[str, str], named: Named, stay: frozenset[str]) -> str:
    """Why an old tag stays; empty when nothing needs it."""
    if tag not in tags:
        return "it went away meanwhile"
    if tag in stay:
        return "a release here builds or has built it"
    if place := named.place(image, tag, tags[tag]):
        return f"named at {place}"
    beside = sorted(
        each for each, digest in tags.items() if digest == tags[tag] and not NIGHTLY.fullmatch(each)
    )
    return f"the same build is {', '.join(beside)}" if beside else ""


def _of(image: str, tag: str, tags: dict[str, str]) -> ImageTag:
    return ImageTag(image, tag, tags.get(tag, ""))


def _day(tag: str) -> str:
    found = NIGHTLY.fullmatch(tag)
    return found[1] if found else ""
