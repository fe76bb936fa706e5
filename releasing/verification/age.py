"""Images that a release put back: an older build than the same file had in an earlier release of the branch."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from releasing.changes import reference_edit
from releasing.changes.image_mentions import mentions
from releasing.clients.git.checkout import GREP, LOG
from releasing.errors import CommandError
from releasing.verification.claim import Claim, counted, judged
from releasing.version import finals

if TYPE_CHECKING:
    from releasing.changes.image_mentions import Mention
    from releasing.verification.tagged import Tagged

_BUILD = re.compile(r"v(\d{8})\b.*")
_HIT = re.compile(r"([^\0]+)\0([^\n]*)(?:\n|\Z)")  # a path may have line breaks, too
_RELEASE = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def claims(it: Tagged) -> Iterator[Claim]:
    """No image is an older build than an earlier release had at the same place."""
    before = _finals_before(it)
    if not before:
        return
    newest = _newest(it, before)
    back = [
        f"{mention}; {release} had {was.tag}"
        for mention in it.mentions
        for release, was in newest.get((mention.path, mention.image), ())
        if _is_older(it, mention, was)
    ]
    since = f"than in {before[0]}" + (f" to {before[-1]}" if len(before) > 1 else "")
    yield judged(
        "not put back", back, f"no image is older {since}", f"{counted(len(back), 'reference')} older {since}"
    )


def _finals_before(it: Tagged) -> list[str]:
    """The earlier finals of the same branch; without any, the final before this branch."""
    version = it.release.version
    known = [final for final in finals([*it.tags], version.naming) if final < version]
    same = [final for final in known if final.branch == version.branch]
    return [final.tag for final in same or known[-1:]]


def _newest(it: Tagged, releases: list[str]) -> dict[tuple[str, str], list[tuple[str, Mention]]]:
    """By path and image: the newest tag that one of `releases` had there, and the release."""
    found: dict[tuple[str, str], list[tuple[str, Mention]]] = {}
    for release, files in _lines_with_images(it, releases).items():
        for mention in mentions(it.release, files.items()):
            known = found.get((mention.path, mention.image))
            if mention.tag and (known is None or _is_older(it, known[0][1], mention)):
                found[mention.path, mention.image] = [(release, mention)]
    return found


def _lines_with_images(it: Tagged, releases: list[str]) -> dict[str, dict[str, bytes]]:
    """By release and path: those lines that name an image of ours, found in one search of all trees."""
    words = [option for word in reference_edit.searched(it.release) for option in ("-e", word)]
    trees = [f"refs/tags/{release}" for release in releases]
    try:
        hits = _HIT.findall(it.read(*GREP, "--full-name", *words, *trees))
    except CommandError as error:
        if error.said:
            raise
        hits = []  # nothing found
    found: dict[str, dict[str, bytes]] = defaultdict(lambda: defaultdict(bytes))
    for where, text in hits:
        release, _, path = where.removeprefix("refs/tags/").partition(":")
        found[release][path] += text.encode(errors="surrogateescape") + b"\n"
    return found


def _is_older(it: Tagged, now: Mention, was: Mention) -> bool:
    """Whether `now` is an older build than `was`, according to tags, image_tags.yaml and git."""
    versions = _RELEASE.fullmatch(now.tag), _RELEASE.fullmatch(was.tag)
    if versions[0] and versions[1]:
        return [*map(int, versions[0].groups())] < [*map(int, versions[1].groups())]
    days = _day(it, now), _day(it, was)
    return bool(days[0] and days[1] and days[0] < days[1])


def _day(it: Tagged, mention: Mention) -> str:
    """When an image was built, or released at the latest: YYYYMMDD; empty when unknown."""
    beside = it.listing.tags_beside(mention.image, mention.tag) if it.listing else set()
    builds = [found[1] for tag in (mention.tag, *sorted(beside)) if (found := _BUILD.fullmatch(tag))]
    if builds:
        return builds[0]
    # The tag v0.2.0 of an operator has no date here: it belongs to another project.
    if mention.image in it.operators or mention.tag not in it.tags or not _RELEASE.fullmatch(mention.tag):
        return ""
    return it.read(*LOG, "--max-count=1", "--format=%cd", "--date=format:%Y%m%d", f"refs/tags/{mention.tag}")
