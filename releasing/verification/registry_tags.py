"""The images in their registries: every image of the release, on the digest that image_tags.yaml lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from releasing.clients.registry.concurrency import outcomes
from releasing.config import registries
from releasing.errors import ReleaseError
from releasing.verification.claim import Claim
from releasing.verification.tree_references import LATEST

if TYPE_CHECKING:
    from releasing.changes.image_mentions import Mention
    from releasing.clients.registry.client import Registry
    from releasing.verification.tagged import Tagged

ALIKE = 0.8  # of difflib, from 0 to 1
_BUILD = re.compile(r"v?\d{8}\b.*|(?:.*-)?g?[0-9a-f]{7,40}")
_VERSION = re.compile(r"v\d+\.\d+\.\d+")
Answers = dict[tuple[str, str], str | ReleaseError | None]


def claims(it: Tagged) -> Iterator[Claim]:
    """Every released image, and every reference at the tag of the release or of an operator, is in its registry."""
    wanted = _wanted(it)
    if not wanted:
        return
    answers = digests(wanted, it.sh.environment)
    wrong = [line for pair, digest in answers.items() if (line := _problem(it, pair, digest))]
    unread = [answer.message for answer in answers.values() if isinstance(answer, ReleaseError)]
    found = (
        f"{len(answers) - len(wrong) - len(unread)} of {len(answers)} images are in the registry as listed"
    )
    found += f"; {len(unread)} could not be read" if unread else ""
    yield Claim(
        "registry", False if wrong else None if unread else True, found, (*wrong, *dict.fromkeys(unread))
    )


def digests(wanted: list[tuple[str, str]], environment: dict[str, str]) -> Answers:
    """The digest of each image and tag; None where it is absent, the error where the registry gave no answer."""
    from releasing.clients.registry.transport import Patience  # noqa: PLC0415 - loads aiohttp

    async def work(client: Registry) -> list[str | ReleaseError | None]:
        return await outcomes(client.digest(image, tag) for image, tag in wanted)

    found = registries.ask(work, environment, patience=Patience(tries=3, throttled_tries=5))
    return dict(zip(wanted, found, strict=True))


def _wanted(it: Tagged) -> list[tuple[str, str]]:
    images = [(image, it.release.image_tag) for image in it.release.images]
    # In a project that releases no images, an image at the same tag is another project's.
    tags = {it.release.image_tag, *it.other_image_tags} if images else set()
    named = [
        (each.image, each.tag)
        for each in it.mentions
        if each.tag in {*tags, it.operators.get(each.image)} or (images and _is_doubtful(it, each))
    ]
    return sorted({*images, *it.operators.items(), *named})


def _is_doubtful(it: Tagged, mention: Mention) -> bool:
    """Whether the tag may be mistyped: any of a released image but builds, and one that reads like the release's.

    Other images have versions of their own.
    """
    tag = mention.tag
    if mention.digest or not tag or tag == LATEST or _BUILD.fullmatch(tag):
        return False
    if mention.image in it.release.images:
        return True
    return not _VERSION.fullmatch(tag) and _is_alike(tag, it.release.image_tag)


def _is_alike(tag: str, wanted: str) -> bool:
    """The same digits (v0.21, v.0.2.1, 0.2.1), or nearly the same characters."""
    digits = [re.sub(r"\D", "", each) for each in (tag, wanted)]
    return digits[0] == digits[1] or SequenceMatcher(None, tag, wanted).ratio() >= ALIKE


def _problem(it: Tagged, pair: tuple[str, str], digest: str | ReleaseError | None) -> str:
    image, tag = pair
    if isinstance(digest, ReleaseError):
        return ""
    if digest is None:
        return f"{image}:{tag} is not in the registry"
    listed = it.listing.digests(image, tag) if it.listing else []
    return f"{image}:{tag} is {digest}, not {' or '.join(listed)}" if listed and digest not in listed else ""
