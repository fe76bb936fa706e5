"""Which nightly tags in the registry are old and unused, and their deletion.

A tag is deleted by its name where the registry supports that. Where it deletes only manifests, a build is deleted
when all of its tags are old and no remaining multi-platform image contains it.

One image after the other is read, pruned and read back, so that little time passes between check and deletion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from releasing.clients.registry.concurrency import together
from releasing.errors import ReleaseError, UnmetError, UnreachableError
from releasing.image import ImageRef
from releasing.nightly.named_builds import NIGHTLY, Named

if TYPE_CHECKING:
    from releasing.clients.registry.client import Registry
    from releasing.clients.registry.documents import Description
    from releasing.clients.registry.listing import ListedBuild
    from releasing.clients.registry.promotion import Watch

    Tags = Mapping[str, Description]  # of one image


@dataclass(frozen=True)
class RetentionRules:
    """Tags that stay: the newest `keep` of each image, those `named`, and the tags `also` of any image."""

    keep: int
    named: Named
    also: Collection[str] = ()


@dataclass(frozen=True)
class Pruned:
    """Tags that are old, those of them that stay by the rules, and `stayed` because of their registry, with reasons.

    `empty` are images without any tag: their names may be wrong. `failed` has the errors.
    """

    doomed: tuple[ImageRef, ...] = ()
    kept: tuple[tuple[ImageRef, str], ...] = ()
    stayed: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    failed: tuple[ReleaseError, ...] = ()

    def __add__(self, other: Pruned) -> Pruned:
        """Both."""
        return Pruned(
            *(one + two for one, two in zip(vars(self).values(), vars(other).values(), strict=True))
        )

    def raise_failures(self) -> None:
        """Raise one error with all failures: UnmetError when a tag was lost, else UnreachableError first."""
        for kind in (UnmetError, UnreachableError, ReleaseError):
            if worst := next((each for each in self.failed if isinstance(each, kind)), None):
                messages = dict.fromkeys(each.message for each in self.failed)
                raise type(worst)("\n".join(messages), worst.hint)


def old(tags: Iterable[str], keep: int) -> list[str]:
    """The nightly tags without the newest `keep`, and without others of the same day as the last of those."""
    nightly = sorted((tag for tag in tags if NIGHTLY.fullmatch(tag)), reverse=True)
    if len(nightly) <= keep:
        return []
    last = _day(nightly[keep - 1])
    return [tag for tag in nightly[keep:] if _day(tag) != last]


async def prune(
    registry: Registry, images: Iterable[str], rules: RetentionRules, watch: Watch, *, write: bool
) -> Pruned:
    """Check every image, and with `write` delete its old, unused tags."""
    names = list(dict.fromkeys(images))
    step = watch("images", len(names))
    done = Pruned()
    for image in names:
        try:
            done += await _image(registry, image, rules, write)
        except ReleaseError as error:
            done += Pruned(failed=(error,))
        step()
    return done


async def _image(registry: Registry, image: str, rules: RetentionRules, write: bool) -> Pruned:
    """One list; if it has old tags, one read of each tag, one deletion, and after a deletion another list."""
    listing = await registry.listing(image)
    if not listing.all_tags:
        return Pruned(empty=(image,))
    aging = old(listing.all_tags, rules.keep)
    if not aging:
        return Pruned()
    tags = await _tags(registry, image, listing.all_tags, listing.builds)
    reasons = _reasons(image, aging, tags, rules)
    doomed = tuple(ImageRef(image, tag, tags[tag].digest) for tag in aging if not reasons[tag])
    kept = [(ImageRef(image, tag, tags[tag].digest if tag in tags else ""), reasons[tag]) for tag in aging]
    planned = Pruned(doomed, tuple(each for each in kept if each[1]))
    if not write or not doomed:
        return planned
    others = {tag: found for tag, found in tags.items() if reasons.get(tag, "stays")}
    stayed: dict[ImageRef, str] = {}
    if not await _by_name(registry, image, doomed):
        stayed = await _by_digest(registry, image, doomed, others)
    await _require_read_back(registry, image, [tag.tag for tag in doomed if tag not in stayed], others)
    return planned + Pruned(stayed=tuple(stayed.values()))


async def _tags(
    registry: Registry, image: str, tags: Iterable[str], builds: Mapping[str, ListedBuild] | None
) -> Tags:
    """What each tag stands for: as the list has it, or one request for each."""
    from releasing.clients.registry.documents import Description  # noqa: PLC0415 - only where there is something to prune

    if builds is not None:
        return {tag: Description(digest) for digest, build in builds.items() for tag in build.tags}
    names = list(tags)
    found = await together(registry.described(image, tag) for tag in names)
    return {tag: each for tag, each in zip(names, found, strict=True) if each}


def _reasons(image: str, aging: Iterable[str], tags: Tags, rules: RetentionRules) -> dict[str, str]:
    """Why each old tag stays; empty for an unused tag."""
    beside: defaultdict[str, list[str]] = defaultdict(list)
    for tag, found in sorted(tags.items()):
        if not NIGHTLY.fullmatch(tag):
            beside[found.digest].append(tag)

    def reason(tag: str) -> str:
        if tag not in tags:
            return "the tag is already gone"
        if tag in rules.also:
            return "a release on this machine builds or has built it"
        if place := rules.named.place(image, tag, tags[tag].digest):
            return f"named at {place}"
        same = beside.get(tags[tag].digest)
        return f"the same build also has {', '.join(same)}" if same else ""

    return {tag: reason(tag) for tag in aging}


async def _by_name(registry: Registry, image: str, doomed: Iterable[ImageRef]) -> bool:
    """Delete tags; False, without a change, for a registry that deletes only manifests."""
    first, *rest = doomed
    if not await registry.delete(image, first.tag):
        return False
    await together(registry.delete(image, tag.tag) for tag in rest)
    return True


async def _by_digest(
    registry: Registry, image: str, doomed: Iterable[ImageRef], others: Tags
) -> dict[ImageRef, str]:
    """Delete manifests of which no tag stays; returns a line for each old tag that has to stay."""
    indexes = {each.digest for each in others.values() if each.may_have_parts}
    manifests = await together(registry.manifest(image, digest) for digest in indexes)
    needed = {part for each in manifests if each for part in each.parts}
    needed |= {each.digest for each in others.values()}
    digests = dict.fromkeys(tag.digest for tag in doomed if tag.digest not in needed)
    await together(registry.delete(image, digest) for digest in digests)
    why = "stays: this registry deletes only whole manifests, and other tags need"
    return {tag: f"{tag.tagged} {why} {tag.digest}" for tag in doomed if tag.digest in needed}


async def _require_read_back(registry: Registry, image: str, gone: Iterable[str], others: Tags) -> None:
    """UnmetError when another tag is gone, or a deleted tag is still there; a registry may list deleted tags."""
    there = {*(await registry.listing(image)).all_tags}
    if lost := [f"{image}:{tag} should have stayed but is gone" for tag in others if tag not in there]:
        raise UnmetError("\n".join(lost), "the owners of the images must push them again")
    listed = [tag for tag in gone if tag in there]
    digests = await together(registry.digest(image, tag) for tag in listed)
    if still := [f"{image}:{tag}" for tag, digest in zip(listed, digests, strict=True) if digest]:
        raise UnmetError(f"deleted, but still in the registry: {', '.join(still)}", "repeat the same command")


def _day(tag: str) -> str:
    found = NIGHTLY.fullmatch(tag)
    return found[1] if found else ""
