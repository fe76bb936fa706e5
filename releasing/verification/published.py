"""The release on GitHub: published, its notes, and its manifest compared with git and the registries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from releasing.clients.github import releases
from releasing.errors import ReleaseError, UnmetError
from releasing.image import ImageRef
from releasing.publication import manifest, notes
from releasing.publication.merged_pulls import unmentioned
from releasing.verification.claim import Claim, counted
from releasing.verification.registry_tags import digests

if TYPE_CHECKING:
    from releasing.publication.manifest import ReleaseManifest
    from releasing.verification.tagged import Tagged


def claims(it: Tagged) -> Iterator[Claim]:
    """The release is on GitHub, a candidate as a pre-release, with notes and a manifest."""
    found = releases.find(it.sh, it.release.slug, it.tag)
    if found is None or found.draft:
        yield Claim("on GitHub", False, f"{it.release.slug} has no published release {it.tag}")
        return
    fits = found.prerelease != it.release.final
    otherwise = "" if fits else f", {'' if found.prerelease else 'not '}marked as a pre-release"
    yield Claim("on GitHub", fits, f"{found.url}{otherwise}")
    yield _notes(it, found.body)
    asset = found.asset(manifest.NAME)
    if asset is None:
        yield Claim("manifest", False, f"the release has no {manifest.NAME}")
    else:
        yield _manifest(it, releases.content(it.sh, it.release.slug, asset))


def _notes(it: Tagged, text: str) -> Claim:
    """The notes mention every pull request since the previous final."""
    if not text.strip():
        return Claim("notes", False, "the release has no notes")
    source = notes.source(it.release, it.sh)
    everything = source.merged(it.commit, it.release.version)
    lost = tuple(f"#{each.number} {each.title}" for each in source.missing(text, everything))
    mentioned = len(everything) - len(unmentioned(text, everything))
    before = source.previous(it.release.version)
    since = f" since {before}" if before else ""
    found = f"{mentioned} of {mentioned + len(lost)} pull requests{since} are mentioned"
    return Claim("notes", not lost, found, lost)


def _manifest(it: Tagged, text: str) -> Claim:
    try:
        said = manifest.parse(text)
    except UnmetError as error:
        return Claim("manifest", False, f"{manifest.NAME} cannot be read: {error.message}")
    wrong, unread = [*_off(it, said)], []
    for reference, there in _digests(it, said).items():
        if isinstance(there, ReleaseError):
            unread.append(there.message)
        elif there != said.images[reference]:
            wrong.append(
                f"{reference}: {said.images[reference]}, but the registry has {there or 'no such tag'}"
            )
    found = f"{manifest.NAME} names {counted(len(said.images), 'image')}"
    found += f"; {counted(len(wrong), 'difference')}" if wrong else ""
    holds = False if wrong else None if unread else True
    return Claim("manifest", holds, found, (*wrong, *dict.fromkeys(unread)))


def _off(it: Tagged, said: ReleaseManifest) -> Iterator[str]:
    slug = it.release.slug
    expected = [("tag", said.tag, it.tag), ("commit", said.commit, it.commit)]
    expected.append((f"commit of {slug}", said.repositories.get(slug, "missing"), it.commit))
    yield from (f"{what}: {found}, not {wanted}" for what, found, wanted in expected if found != wanted)
    images = (ImageRef(image, it.release.image_tag) for image in it.release.images)
    yield from (f"{image} is missing" for image in images if image not in said.images)


def _digests(it: Tagged, said: ReleaseManifest) -> dict[ImageRef, str | ReleaseError | None]:
    """Each image's digest in its registry; an image of a superseded candidate lost its tag, and only has to exist."""
    pairs = {
        image: (image.name, digest if it.superseded else image.tag) for image, digest in said.images.items()
    }
    found = digests([*pairs.values()], it.sh.environment)
    return {image: found[pair] for image, pair in pairs.items()}
