"""The digests of the released images in the release document of the tagged tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from releasing.verification.claim import Claim, judged

if TYPE_CHECKING:
    from releasing.verification.tagged import Tagged


def claims(it: Tagged) -> Iterator[Claim]:
    """The document names the digest of every released image."""
    path, images = it.release.config.document, it.release.images
    if path is None or not images:
        return
    content = it.content(path)
    if content is None:
        yield Claim("document", False, f"{it.tag} has no {path}")
        return
    lines = content.decode(errors="replace").splitlines()
    lost = [f"{image}: no digest" for image in images if not _is_recorded(it, image, lines)]
    found = f"{len(images) - len(lost)} of {len(images)} digests are in {path}"
    yield judged("document", lost, found, found)


def _is_recorded(it: Tagged, image: str, lines: list[str]) -> bool:
    """Whether a line has the image at its tag with its digest; for a superseded candidate with any digest."""
    listed = it.listing.digests(image, it.release.image_tag) if it.listing else []
    rows = [line for line in lines if f"{image}:{it.release.image_tag}`" in line and "sha256:" in line]
    return any(it.superseded or not listed or digest in row for row in rows for digest in listed or [""])
