"""The image references of the tagged tree: released images at the release's tag, one tag each, none dangling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from releasing.changes import prototypes
from releasing.changes.reference_edit import prefixes
from releasing.image_tags.referred import Ours, referred, unlisted
from releasing.references.rules import ImageRule, claimed
from releasing.verification.claim import Claim, counted, judged
from releasing.verification.tagged import Tagged

if TYPE_CHECKING:
    from releasing.changes.image_mentions import Mention
    from releasing.verification.image_listing import ImageListing

LATEST = "latest"


def claims(it: Tagged) -> Iterator[Claim]:
    """Every claim on references to images."""
    edit = prototypes.edit(it.release)
    if edit.images:
        yield _at_the_release(it, edit.rules.images)
    if it.release.images:
        yield _other_images(it, edit.rules.images)
    yield _floating(it)
    yield _one_tag_each(it)
    if it.listing:
        yield from _listed(it, it.listing, edit.rules.images)


def _at_the_release(it: Tagged, rules: Sequence[ImageRule]) -> Claim:
    """Pins by digest are shown but not checked: a rewrite of references does not know the right digest."""
    asked = [(mention, rule) for mention in it.mentions if (rule := claimed(mention.name, rules))]
    tagged = [(mention, rule) for mention, rule in asked if not mention.digest]
    wrong = [f"{mention}, not {rule.tag}" for mention, rule in tagged if mention.tag != rule.tag]
    pinned = [f"{mention} (pinned by digest)" for mention, _ in asked if mention.digest]
    ours = sum(mention.tag == it.release.image_tag for mention in it.mentions)
    found = f"{len(tagged) - len(wrong)} of {len(tagged)} to released images are at their release"
    found += f"; {ours} of all {len(it.mentions)} to ours at {it.release.image_tag}"
    return Claim("references", not wrong, found, (*wrong, *pinned))


def _other_images(it: Tagged, rules: Sequence[ImageRule]) -> Claim:
    """Those that the claim on references does not speak of: something else builds them."""
    others = it.other_image_tags
    places = [
        str(mention)
        for mention in it.mentions
        if mention.tag in others and not mention.digest and not claimed(mention.name, rules)
    ]
    return judged(
        "other images",
        places,
        "no image that something else builds is at the tag of another release",
        f"{counted(len(places), 'reference')} to images that something else builds, at the tag of another release",
    )


def _floating(it: Tagged) -> Claim:
    """Such a reference is another image tomorrow."""
    floating = dict.fromkeys((LATEST, *it.release.config.floating_tags))
    places = [str(mention) for mention in it.mentions if mention.tag in floating and not mention.digest]
    tags = " or ".join(f":{tag}" for tag in floating)
    return judged("latest", places, f"none at {tags}", f"{counted(len(places), 'reference')} at {tags}")


def _one_tag_each(it: Tagged) -> Claim:
    places: dict[str, dict[str, list[Mention]]] = defaultdict(lambda: defaultdict(list))
    for mention in it.mentions:
        if not mention.digest:
            places[mention.image][mention.tag].append(mention)
    several = [
        f"{image}: " + "; ".join(f"{tag} at {found[0].where}" for tag, found in sorted(tags.items()))
        for image, tags in sorted(places.items())
        if len(tags) > 1
    ]
    found = f"{len(several)} of {counted(len(places), 'image')} with several tags"
    return judged("one tag each", several, f"{counted(len(places), 'image')}, one tag each", found)


def _listed(it: Tagged, listing: ImageListing, rules: Sequence[ImageRule]) -> Iterator[Claim]:
    """Nothing is claimed of no references, unless files refer to released images at other tags only."""
    ours = Ours.of(prefixes(it.release), it.release.config.left_alone)
    tag = it.release.image_tag
    files = ((path, content) for path, content in it.files if path != it.release.config.document)
    found = [*referred(files, ours, tag)]
    dangling = [f"{each}:{tag}" for each in unlisted(found, listing.tags.images, ours, tag)]
    if found:
        held = f"all {len(found)} references at {tag} are listed in {listing.path}"
        false = f"{len(dangling)} of {len(found)} references at {tag} are not listed"
        yield judged("dangling", dangling, held, false)
    elif asked := [each for each in it.mentions if not each.digest and _is_released(each, rules, tag)]:
        yield Claim("dangling", False, f"none of {len(asked)} references to released images is at {tag}")


def _is_released(mention: Mention, rules: Sequence[ImageRule], tag: str) -> bool:
    rule = claimed(mention.name, rules)
    return rule is not None and rule.tag == tag
